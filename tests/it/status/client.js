// Reads a page as programs do that know Statuspage, with a client that is made for it: node client.js FOLDER ADDRESS
const [folder, address] = process.argv.slice(2);
const { Statuspage } = require(require.resolve("statuspage.io", { paths: [folder] }));

(async () => {
  const page = new Statuspage("unused");
  page.setApiUrl(address);
  const { api } = page;
  console.log(
    JSON.stringify({
      summary: await api.getSummary(),
      status: await api.getStatus(),
      components: await api.getComponents(),
      all: await api.incidents.getAll(),
      unresolved: await api.incidents.getUnresolved(),
      upcoming: await api.scheduledMaintenances.getUpcoming(),
      active: await api.scheduledMaintenances.getActive(),
      maintenances: await api.scheduledMaintenances.getAll(),
    }),
  );
})();
