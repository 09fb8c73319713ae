//! Whose request it is, as far as addresses tell: the rightmost one that is not a trusted proxy.
//!
//! Anybody can send `X-Forwarded-For`. Each proxy appends the address it saw, so only the entries that our own
//! proxies appended can be believed: read from the right, and only when the peer itself is one of them.

use std::net::{IpAddr, Ipv6Addr};

use http::HeaderMap;
use ipnet::IpNet;

/// An address as limits count it: IPv4 whole, IPv6 by its /64, which is what one customer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AddressBlock(u128);

impl AddressBlock {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(u128::from(u32::from(v4))),
            // Bit 32, in the half that is cut off, keeps ::/64 apart from the IPv4 addresses.
            IpAddr::V6(v6) => Self((u128::from(v6) >> 64 << 64) | 1 << 32),
        }
    }
}

impl std::fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// Whether it is this machine, also when written as an IPv4 address inside IPv6.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// An address in the form logs keep: IPv4 by its /24, IPv6 by its /48.
pub(crate) fn prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// Whether a proxy stood in between, or the client says so.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for")
        || headers.contains_key("forwarded")
        || headers.contains_key("x-real-ip")
}

/// Whether `address` is one of `proxies`.
pub(crate) fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    !proxies.is_empty() && {
        let address = address.to_canonical();
        proxies.iter().any(|net| net.contains(&address))
    }
}

/// The client's address: `peer` unless that is a trusted proxy, else the rightmost forwarded address that is
/// none. An entry that is no address ends the search: whatever stands left of it proves nothing.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let mut believed = peer.to_canonical();
    if !is_trusted(proxies, believed) {
        return believed;
    }
    let values = headers.get_all("x-forwarded-for").iter().rev();
    for entry in values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b',')) {
        let Some(address) = std::str::from_utf8(entry).ok().and_then(parse) else { return believed };
        believed = address;
        if !is_trusted(proxies, believed) {
            return believed;
        }
    }
    believed
}

/// An entry: an address, perhaps in brackets, perhaps with a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let address = entry
        .parse()
        .ok()
        .or_else(|| entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .or_else(|| entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> Vec<IpNet> {
        vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_what_trusted_proxies_appended_counts() {
        let stranger = address("198.51.100.7");
        assert_eq!(client(stranger, &headers(&["203.0.113.9"]), &proxies()), stranger);
        assert_eq!(client(address("10.0.0.1"), &headers(&["203.0.113.9"]), &[]), address("10.0.0.1"));
        let chain = headers(&["1.1.1.1, 203.0.113.9, 10.0.0.2"]);
        assert_eq!(client(address("10.0.0.1"), &chain, &proxies()), address("203.0.113.9"));
        let split = headers(&["1.1.1.1, 203.0.113.9", "10.0.0.2"]);
        assert_eq!(client(address("10.0.0.1"), &split, &proxies()), address("203.0.113.9"));
        let nonsense = headers(&["203.0.113.9, unknown, 10.0.0.2"]);
        assert_eq!(client(address("10.0.0.1"), &nonsense, &proxies()), address("10.0.0.2"));
        let with_port = headers(&["[2001:db8::5]:4711"]);
        assert_eq!(client(address("fd00::1"), &with_port, &proxies()), address("2001:db8::5"));
        assert_eq!(
            client(address("::ffff:10.0.0.1"), &headers(&["203.0.113.9"]), &proxies()),
            address("203.0.113.9")
        );
    }

    #[test]
    fn blocks_and_prefixes() {
        assert_eq!(AddressBlock::of(address("2001:db8::1")), AddressBlock::of(address("2001:db8::ffff")));
        assert_ne!(AddressBlock::of(address("2001:db8::1")), AddressBlock::of(address("2001:db8:0:1::1")));
        assert_ne!(AddressBlock::of(address("::2")), AddressBlock::of(address("0.0.0.0")));
        assert_eq!(AddressBlock::of(address("::ffff:192.0.2.1")), AddressBlock::of(address("192.0.2.1")));
        assert_eq!(prefix(address("192.0.2.77")), "192.0.2.0/24");
        assert_eq!(prefix(address("2001:db8:1:2::3")), "2001:db8:1::/48");
    }

    proptest! {
        /// Whatever a client sends, the answer is the address the outermost trusted proxy saw.
        #[test]
        fn a_forged_chain_changes_nothing(forged in proptest::collection::vec("[ -~]{0,40}", 0..5), hops in 0_u8..4) {
            let seen = address("203.0.113.9");
            let mut chain = forged.clone();
            chain.push(seen.to_string());
            chain.extend((0..hops).map(|hop| format!("10.0.0.{hop}")));
            let through = headers(&[&chain.join(", ")]);
            prop_assert_eq!(client(address("10.1.1.1"), &through, &proxies()), seen);
            let direct: Vec<&str> = forged.iter().map(String::as_str).collect();
            prop_assert_eq!(client(seen, &headers(&direct), &proxies()), seen);
        }
    }
}
