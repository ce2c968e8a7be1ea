//! What went and what came between two listings, in the order of the items.

use std::collections::BTreeSet;

/// `-` and the item that went, `+` and the item that came. What both have is left out: each line says by itself where it
/// belongs.
pub(super) fn lines(old: &str, new: &str) -> Vec<String> {
    let before: BTreeSet<_> = old.lines().collect();
    let after: BTreeSet<_> = new.lines().collect();
    let mut old = old.lines().peekable();
    let mut new = new.lines().peekable();
    let mut lines = Vec::new();
    loop {
        while let Some(line) = old.next_if(|line| !after.contains(line)) {
            lines.push(format!("-{line}"));
        }
        while let Some(line) = new.next_if(|line| !before.contains(line)) {
            lines.push(format!("+{line}"));
        }
        // Both stand before an item that both have.
        if old.next().is_none() & new.next().is_none() {
            return lines;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_listings_have_no_difference() {
        assert!(lines("a\nb\n", "a\nb\n").is_empty());
        assert!(lines("", "").is_empty());
    }

    #[test]
    fn an_item_that_went_stands_before_the_one_that_came_in_its_place() {
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\n"), ["-b", "+x"]);
    }

    #[test]
    fn differences_come_in_the_order_of_the_items() {
        assert_eq!(
            lines("a\nb\nc\nd\n", "n\nb\nd\ne\n"),
            ["-a", "+n", "-c", "+e"]
        );
    }

    #[test]
    fn from_nothing_everything_comes_and_to_nothing_everything_goes() {
        assert_eq!(lines("", "a\nb\n"), ["+a", "+b"]);
        assert_eq!(lines("a\nb\n", ""), ["-a", "-b"]);
    }

    #[test]
    fn items_in_another_order_are_no_difference_and_no_endless_loop() {
        assert!(lines("a\nb\nc\n", "c\nb\na\n").is_empty());
    }
}
