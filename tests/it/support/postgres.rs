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
        let server = server();
        // Tests run in processes of their own, so a counter would not do.
        let name = format!("test_{:016x}", rand::random::<u64>());
        on(&server, &format!("CREATE DATABASE {name}")).await.expect("PostgreSQL makes a database");
        Database { server, name }
    }

    /// As in `[store] url`.
    pub fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').expect("an address that ends with a database's name");
        format!("{server}/{}", self.name)
    }
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
