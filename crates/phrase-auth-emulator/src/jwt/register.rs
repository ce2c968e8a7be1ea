use std::ops::Range;

/// Whose turn it is to sign, and which JWTs stand. JWTs are numbered, and no number is ever given twice.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    turn: u64,
    /// The highest turn that there was.
    last_turn: u64,
    /// The number of the next JWT.
    next: u64,
    /// Numbers below the next one that are refused all the same.
    refused: Vec<Range<u64>>,
}

impl Register {
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// Whether a key had this turn ever.
    pub(super) fn had(&self, turn: u64) -> bool {
        (FIRST_TURN..=self.last_turn).contains(&turn)
    }

    pub(super) fn rotate(&mut self) {
        self.turn = self.turn.saturating_add(1);
        self.last_turn = self.last_turn.max(self.turn);
    }

    /// The number of a JWT that is issued.
    pub(super) fn draw(&mut self) -> u64 {
        let number = self.next;
        self.next = number.saturating_add(1);
        number
    }

    pub(super) fn stands(&self, number: u64) -> bool {
        number < self.next && !self.refused.iter().any(|range| range.contains(&number))
    }

    pub(super) fn refuse(&mut self, number: u64) {
        // What nobody has yet cannot be taken away either.
        if self.stands(number) {
            self.refused.push(number..number.saturating_add(1));
        }
    }

    pub(super) fn refuse_all(&mut self) {
        self.refused.clear();
        self.refused.push(0..self.next);
    }

    /// Refuses all, and the first key signs again.
    pub(super) fn reset(&mut self) {
        self.refuse_all();
        self.turn = FIRST_TURN;
    }

    /// Stands as it stood; what was issued since was never issued.
    pub(super) fn restore(&mut self, past: &Self) {
        self.turn = past.turn;
        self.refused.clone_from(&past.refused);
        self.refused.push(past.next..self.next);
    }
}

impl Default for Register {
    fn default() -> Self {
        Self {
            turn: FIRST_TURN,
            last_turn: FIRST_TURN,
            next: 0,
            refused: Vec::new(),
        }
    }
}

const FIRST_TURN: u64 = 1;
