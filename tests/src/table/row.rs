use phrase_auth_emulator::Endpoint;

use super::expected::Expected;

/// A fault, and what each operation makes of it.
pub(crate) struct Row {
    pub(crate) mode: String,
    cells: Vec<String>,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Exchange,
    Login,
    Refresh,
    Code,
    Logout,
    WhoAmI,
}

/// The table, as it stands in the file.
pub(crate) fn rows() -> Vec<Row> {
    let lines = include_str!("answers.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(Row::parse).collect()
}

impl Row {
    fn parse(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        let mode = words.next().unwrap();
        let cells: Vec<String> = words.collect();
        assert_eq!(cells.len(), Column::ALL.len(), "{line}");
        Self { mode, cells }
    }

    pub(crate) fn at(&self, column: Column) -> Option<Expected> {
        Expected::parse(&self.cells[column as usize])
    }
}

impl Column {
    /// In the order of the file.
    pub(crate) const ALL: [Self; 6] = [
        Self::Exchange,
        Self::Login,
        Self::Refresh,
        Self::Code,
        Self::Logout,
        Self::WhoAmI,
    ];

    pub(crate) fn endpoint(self) -> Endpoint {
        match self {
            Self::Exchange => Endpoint::TokenExchange,
            Self::Login => Endpoint::Login,
            Self::Refresh | Self::Code => Endpoint::OAuthToken,
            Self::Logout => Endpoint::Logout,
            Self::WhoAmI => Endpoint::Tms,
        }
    }
}
