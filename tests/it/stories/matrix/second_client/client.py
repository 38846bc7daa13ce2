"""Somebody with another client: matrix-nio, which has its own encryption, signs no devices and shows plain text alone.

It is told what to do by lines of JSON, and answers each with one: {"ok": …}, or {"error": "…"}.
"""

import asyncio
import json
import sys
import tempfile

from nio import AsyncClient, AsyncClientConfig, ErrorResponse, MegolmEvent, RoomMessageNotice, RoomMessageText

# For one thing that it is told to do.
PATIENCE = 25
# All that is new comes at once.
FILTER = {"room": {"timeline": {"limit": 1000}}}


def good(response):
    if isinstance(response, ErrorResponse):
        raise RuntimeError(str(response))
    return response


class Person:
    def __init__(self, homeserver, user, folder):
        config = AsyncClientConfig(encryption_enabled=True, max_timeouts=1)
        self.client = AsyncClient(homeserver, user, store_path=folder, config=config)
        self.client.add_event_callback(self.heard, (RoomMessageText, RoomMessageNotice, MegolmEvent))
        self.read = []

    async def heard(self, room, event):
        # What is not decrypted has no body.
        body = getattr(event, "body", "(can not be read)")
        relates = event.source["content"].get("m.relates_to", {})
        self.read.append({
            "room": room.display_name,
            "by": room.user_name(event.sender) or event.sender,
            "in_thread": relates.get("rel_type") == "m.thread",
            "body": body,
        })

    async def logs_in(self, password):
        good(await self.client.login(password, device_name="another client"))
        await self.catches_up()

    async def catches_up(self):
        client = self.client
        good(await client.sync(timeout=0, sync_filter=FILTER))
        if client.should_upload_keys:
            good(await client.keys_upload())
        if client.should_query_keys:
            good(await client.keys_query())
        await client.send_to_device_messages()

    async def joins(self, room):
        good(await self.client.join(room))
        await self.catches_up()

    async def comes_in(self):
        await self.catches_up()
        asked = list(self.client.invited_rooms)
        for room in asked:
            good(await self.client.join(room))
        await self.catches_up()
        return len(asked)

    async def says(self, room, text):
        await self.catches_up()
        found = [r for r in self.client.rooms.values() if r.display_name == room]
        if not found:
            raise RuntimeError(f"no room is called {room}: {[r.display_name for r in self.client.rooms.values()]}")
        content = {"msgtype": "m.text", "body": text}
        send = self.client.room_send
        # Nobody can be verified by a client that knows no cross-signing.
        good(await send(found[0].room_id, "m.room.message", content, ignore_unverified_devices=True))
        return {"encrypted": found[0].encrypted}

    async def reads(self):
        await self.catches_up()
        read, self.read = self.read, []
        return read


async def main():
    person = None
    with tempfile.TemporaryDirectory() as folder:
        while line := await asyncio.to_thread(sys.stdin.readline):
            told = json.loads(line)
            do = told.pop("do")
            try:
                if do == "is":
                    person = Person(told["homeserver"], told["user"], folder)
                    done = await asyncio.wait_for(person.logs_in(told["password"]), PATIENCE)
                else:
                    done = await asyncio.wait_for(getattr(person, do)(**told), PATIENCE)
                answer = {"ok": done}
            except Exception as error:
                answer = {"error": f"{do}: {error!r}"}
            print(json.dumps(answer), flush=True)
        if person:
            await person.client.close()


asyncio.run(main())
