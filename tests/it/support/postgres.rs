//! A PostgreSQL database for one test.

use sqlx::{Connection, Executor, PgConnection};

/// A new, empty database; it is dropped with this value.
pub struct Database {
    server: String,
    name: String,
}

/// The server that `tests/run` has started: an address that ends with a database's name.
fn server() -> String {
    std::env::var("FIREBELL_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("FIREBELL_TEST_POSTGRES is not set: run tests/run, which starts a private PostgreSQL")
    })
}

impl Database {
    pub async fn create() -> Database {
        Database::from("template1").await
    }

    /// A new one with all that is in this one, to which nobody must be connected.
    pub async fn copy_of(database: &Database) -> Database {
        Database::from(&database.name).await
    }

    async fn from(template: &str) -> Database {
        let server = server();
        // Tests run in processes of their own, so a counter would not do.
        let name = format!("test_{:016x}", rand::random::<u64>());
        on(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await.expect("PostgreSQL makes a database");
        Database { server, name }
    }

    /// Remembers what is in its tables, for [`put_back`](Database::put_back).
    pub async fn keep(&self) {
        let each = "EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name)";
        on(&self.url(), &format!("CREATE SCHEMA kept; {}", for_each_table(each))).await.expect("to keep what there is");
    }

    /// Its tables are as they were when they were kept: much quicker than another database.
    pub async fn put_back(&self) {
        let each = "EXECUTE format('DELETE FROM public.%I', name); EXECUTE format('INSERT INTO public.%I \
                    OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I', name, name)";
        on(&self.url(), &for_each_table(each)).await.expect("to put back what there was");
    }

    /// Whoever is connected is gone, as if it had been killed.
    pub async fn disconnect_all(&self) {
        let ended = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", self.name);
        on(&self.server, &ended).await.expect("to end connections");
    }

    /// As in `[store] url`.
    pub fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').expect("an address that ends with a database's name");
        format!("{server}/{}", self.name)
    }
}

fn for_each_table(statement: &str) -> String {
    format!(
        "DO $$ DECLARE name text; BEGIN \
         FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' \
         LOOP {statement}; END LOOP; END $$"
    )
}

async fn on(server: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    connection.close().await
}

impl Drop for Database {
    fn drop(&mut self) {
        // Dropping is no place to await in, and the test's own runtime may be going down: a thread has its own.
        let server = self.server.clone();
        // FORCE: a test that failed may still hold connections.
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(on(&server, &statement))
        });
        match dropped.join() {
            Ok(Ok(())) => {}
            // Panicking while a panic unwinds would abort and hide the first one.
            failed if std::thread::panicking() => eprintln!("{} is left behind: {failed:?}", self.name),
            failed => panic!("{} is left behind: {failed:?}", self.name),
        }
    }
}
