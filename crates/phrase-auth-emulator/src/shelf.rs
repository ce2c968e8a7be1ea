use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

/// Things kept under names that nobody can guess. The oldest is forgotten if there are too many.
#[derive(Clone)]
pub(crate) struct Shelf<T> {
    by_name: HashMap<String, Place<T>>,
    /// The names in the order in which the things came.
    by_number: BTreeMap<u64, String>,
    next: u64,
}

#[derive(Clone)]
struct Place<T> {
    number: u64,
    thing: T,
}

impl<T> Shelf<T> {
    /// Keeps a thing, and says under which name.
    pub(crate) fn put(&mut self, thing: T) -> Result<String, Unspecified> {
        let name = draw()?;
        if self.by_name.len() >= CAPACITY
            && let Some((_, oldest)) = self.by_number.pop_first()
        {
            self.by_name.remove(&oldest);
        }
        let number = self.next;
        self.next = number.saturating_add(1);
        self.by_number.insert(number, name.clone());
        self.by_name.insert(name.clone(), Place { number, thing });
        Ok(name)
    }

    pub(crate) fn look(&self, name: &str) -> Option<&T> {
        self.by_name.get(name).map(|place| &place.thing)
    }

    pub(crate) fn look_mut(&mut self, name: &str) -> Option<&mut T> {
        self.by_name.get_mut(name).map(|place| &mut place.thing)
    }

    /// Gives a thing away: afterwards it is not there any more.
    pub(crate) fn take(&mut self, name: &str) -> Option<T> {
        let place = self.by_name.remove(name)?;
        self.by_number.remove(&place.number);
        Some(place.thing)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.by_name.values().map(|place| &place.thing)
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.by_name.values_mut().map(|place| &mut place.thing)
    }

    /// Forgets what is not worth it.
    pub(crate) fn keep(&mut self, is_worth_it: impl Fn(&T) -> bool) {
        let by_number = &mut self.by_number;
        self.by_name.retain(|_, place| {
            let is_kept = is_worth_it(&place.thing);
            if !is_kept {
                by_number.remove(&place.number);
            }
            is_kept
        });
    }

    pub(crate) fn clear(&mut self) {
        self.by_name.clear();
        self.by_number.clear();
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            by_number: BTreeMap::new(),
            next: 0,
        }
    }
}

/// 64 mixed alphanumerics, as the documentation prints a token (reference 5.6).
fn draw() -> Result<String, Unspecified> {
    let mut name = String::with_capacity(LENGTH);
    while name.len() < LENGTH {
        let mut bytes = [0; LENGTH];
        rand::fill(&mut bytes)?;
        // Six bits are two values more than there are letters: those two are drawn again, so that none is likelier.
        let letters = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 0x3f)));
        let missing = LENGTH.saturating_sub(name.len());
        name.extend(letters.take(missing).copied().map(char::from));
    }
    Ok(name)
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const LENGTH: usize = 64;

/// As many as the log keeps requests: an emulator may run for days.
const CAPACITY: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_has_sixty_four_alphanumerics_and_comes_once() {
        let names: BTreeSet<String> = (0..1_000).map(|_| draw().unwrap()).collect();
        assert_eq!(names.len(), 1_000);
        for name in &names {
            assert_eq!(name.len(), 64);
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        let letters: BTreeSet<u8> = names.iter().flat_map(|name| name.bytes()).collect();
        assert_eq!(letters.len(), 62, "every letter is drawn");
    }

    #[test]
    fn one_thing_too_many_drops_the_oldest_and_no_other() {
        let mut shelf = Shelf::default();
        let names: Vec<String> = (0..=CAPACITY).map(|n| shelf.put(n).unwrap()).collect();
        assert_eq!(shelf.by_name.len(), CAPACITY);
        assert_eq!(shelf.look(&names[0]), None);
        for (number, name) in names.iter().enumerate().skip(1) {
            assert_eq!(shelf.look(name), Some(&number));
        }
    }

    #[test]
    fn what_is_taken_is_gone() {
        let mut shelf = Shelf::default();
        let name = shelf.put("thing").unwrap();
        assert_eq!(shelf.take(&name), Some("thing"));
        assert_eq!((shelf.take(&name), shelf.look(&name)), (None, None));
        shelf.put("dropped").unwrap();
        let kept = shelf.put("kept").unwrap();
        shelf.keep(|thing| *thing == "kept");
        assert_eq!(
            (shelf.look(&kept), shelf.by_number.len()),
            (Some(&"kept"), 1)
        );
    }
}
