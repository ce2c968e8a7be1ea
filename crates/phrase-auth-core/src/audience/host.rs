use std::net::{Ipv4Addr, Ipv6Addr};

/// Takes only hosts that no parser rewrites: what is compared must be what is connected to.
pub(super) fn is_plain(host: &str) -> bool {
    if let Some(literal) = host.strip_prefix('[') {
        let literal = literal.strip_suffix(']').unwrap_or_default();
        return literal.parse::<Ipv6Addr>().is_ok();
    }
    // RFC 1035 section 2.3.4.
    let whole = !host.is_empty() && host.len() <= 253;
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(plain)
    };
    // 127.1, 0x7f.0.0.1 and 2130706433 are addresses to some parsers and names to others.
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = last
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let numeric = hex || last.bytes().all(|b| b.is_ascii_digit());
    let sound = !numeric || host.parse::<Ipv4Addr>().is_ok();
    whole && sound && host.split('.').all(label)
}

/// 127.0.0.0/8 and `[::1]`, as literals: a name may lead anywhere.
pub(super) fn is_loopback(host: &str) -> bool {
    let literal = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(literal) => literal.parse() == Ok(Ipv6Addr::LOCALHOST),
        None => host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback()),
    }
}
