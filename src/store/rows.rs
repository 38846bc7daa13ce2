//! Statements that take one row, for many rows at once: each statement has its price, however little it does.

use super::Tx;

/// How many rows go together. What is left over goes in the next smaller parts.
const PARTS: [usize; 4] = [256, 32, 8, 1];

/// A statement in as many forms as there are parts.
pub(super) struct Rows {
    numbered: [String; PARTS.len()],
    /// For SQLite, with `?` for each placeholder: a number there is a name, which sqlx looks for among all of them.
    in_order: [String; PARTS.len()],
}

impl Rows {
    /// Of a statement whose row is `VALUES ($1, …)`.
    pub fn of(one: &str) -> Rows {
        let numbered = PARTS.map(|rows| repeated(one, rows));
        let in_order = numbered.clone().map(|sql| without_numbers(&sql));
        Rows { numbered, in_order }
    }

    /// The items in parts, each with the statement for as many.
    pub fn parts<'i, T>(&'static self, tx: &Tx, items: &'i [T]) -> Vec<(&'static str, &'i [T])> {
        in_parts(if matches!(tx, Tx::Sqlite(_)) { &self.in_order } else { &self.numbered }, items)
    }
}

fn in_parts<'s, 'i, T>(statements: &'s [String; PARTS.len()], mut items: &'i [T]) -> Vec<(&'s str, &'i [T])> {
    let mut parts = Vec::new();
    for (sql, rows) in statements.iter().zip(PARTS) {
        while let Some((part, rest)) = items.split_at_checked(rows) {
            parts.push((sql.as_str(), part));
            items = rest;
        }
    }
    parts
}

/// As many as a list of placeholders wants: where there are fewer, the last is named again.
pub(super) fn padded<T>(items: &[T], count: usize) -> impl Iterator<Item = &T> {
    items.iter().chain(items.last().into_iter().cycle()).take(count)
}

/// The row again and again, its placeholders counted on.
#[expect(clippy::expect_used, reason = "the statements are constants, and one that has no row fails in each test")]
fn repeated(one: &str, rows: usize) -> String {
    let (head, rest) = one.split_once("VALUES (").expect("a statement with a row");
    let (row, tail) = rest.split_once(')').expect("a row that ends");
    let values: Vec<&str> = row.split(", ").collect();
    let columns = values.iter().filter(|value| value.starts_with('$')).count();
    let rows: Vec<String> = (0..rows).map(|n| counted_on(&values, n * columns)).collect();
    format!("{head}VALUES {}{tail}", rows.join(", "))
}

fn without_numbers(sql: &str) -> String {
    let mut pieces = sql.split('$');
    let first = pieces.next().unwrap_or_default().to_string();
    pieces.fold(first, |sql, piece| sql + "?" + piece.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn counted_on(values: &[&str], by: usize) -> String {
    let value = |value: &&str| match value.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()) {
        Some(n) => format!("${}", n + by),
        None => value.to_string(),
    };
    format!("({})", values.iter().map(value).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ADD TO t VALUES ($1, $2, '') GIVING a";

    #[test]
    fn a_row_is_repeated_with_its_own_placeholders() {
        assert_eq!(repeated(ONE, 1), ONE);
        let three = "ADD TO t VALUES ($1, $2, ''), ($3, $4, ''), ($5, $6, '') GIVING a";
        assert_eq!(repeated(ONE, 3), three);
        assert_eq!(without_numbers(three), "ADD TO t VALUES (?, ?, ''), (?, ?, ''), (?, ?, '') GIVING a");
    }

    #[test]
    fn every_item_is_in_one_part_in_its_order() {
        let rows = Rows::of(ONE);
        for count in [0, 1, 7, 8, 31, 32, 150, 700] {
            let items: Vec<usize> = (0..count).collect();
            let parts = in_parts(&rows.numbered, &items);
            assert_eq!(parts.iter().flat_map(|(_, part)| part.to_vec()).collect::<Vec<_>>(), items);
            for (sql, part) in parts {
                assert_eq!(sql.matches("($").count(), part.len(), "{sql}");
            }
        }
    }
}
