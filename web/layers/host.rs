//! What must be true of a request before anything believes it: one Host, one way of framing, a known method, an
//! address of bearable length. What fails here ends its connection.

use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Version};

use crate::problem::Problem;

/// Path and query together.
const LONGEST_ADDRESS: usize = 8192;

/// Refuse what breaks the rules of HTTP. `is_ambiguous`: the connection saw a head with two framings.
pub(crate) fn examine<B>(request: &Request<B>, is_ambiguous: bool) -> Result<(), Problem> {
    let broken = |detail: &str| Err(Problem::of_status(400).detail(detail).closing());
    if is_ambiguous {
        return broken("The length of the body is given in two ways");
    }
    let headers = request.headers();
    if let Some(odd) = odd_encoding(headers, request.version()) {
        return broken(odd);
    }
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_plausible(host.as_bytes()) => {}
        (None, _) => return broken("The header Host is missing"),
        (Some(_), Some(_)) => return broken("The header Host stands twice"),
        (Some(_), None) => return broken("The header Host is not a name with an optional port"),
    }
    if !is_known(request.method()) {
        return Err(Problem::of_status(501).closing());
    }
    let target = request.uri();
    let length = target.path_and_query().map_or(0, |address| address.as_str().len());
    if length > LONGEST_ADDRESS {
        return Err(Problem::of_status(414).closing());
    }
    // A whole address is allowed too (RFC 9112, 3.2.2); only its path counts.
    if !target.path().starts_with('/') {
        return broken("The target must be a path");
    }
    Ok(())
}

/// A chunked body is the only coding there is; hyper accepts others before it.
fn odd_encoding(headers: &HeaderMap, version: Version) -> Option<&'static str> {
    let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
    let first = encodings.next()?;
    let is_chunked = first.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if !is_chunked || encodings.next().is_some() || version < Version::HTTP_11 {
        return Some("Only Transfer-Encoding: chunked is understood");
    }
    headers.contains_key(CONTENT_LENGTH).then_some("The length of the body is given in two ways")
}

fn is_plausible(host: &[u8]) -> bool {
    (1..=259).contains(&host.len())
        && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]%".contains(byte))
}

fn is_known(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS]
        .contains(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(build: impl FnOnce(http::request::Builder) -> http::request::Builder) -> u16 {
        let request = build(Request::builder().uri("/health")).body(()).unwrap();
        examine(&request, false).map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn one_plain_host_is_needed() {
        assert_eq!(status(|request| request.header(HOST, "a.example:8080")), 200);
        assert_eq!(status(|request| request.header(HOST, "[::1]:8080")), 200);
        assert_eq!(status(|request| request), 400);
        assert_eq!(status(|request| request.header(HOST, "a").header(HOST, "a")), 400);
        for host in ["", "a b", "a/b", "a@b", "a,b"] {
            assert_eq!(status(|request| request.header(HOST, host)), 400, "{host}");
        }
    }

    #[test]
    fn odd_encodings_methods_and_targets_are_refused() {
        let host = |request: http::request::Builder| request.header(HOST, "a");
        assert_eq!(status(|request| host(request).header(TRANSFER_ENCODING, "Chunked")), 200);
        assert_eq!(status(|request| host(request).header(TRANSFER_ENCODING, "gzip, chunked")), 400);
        assert_eq!(status(|request| host(request).header(TRANSFER_ENCODING, "identity")), 400);
        for method in ["TRACE", "CONNECT", "BREW"] {
            assert_eq!(status(|request| host(request).method(method)), 501, "{method}");
        }
        assert_eq!(status(|request| host(request).uri(format!("/{}", "a".repeat(9000)))), 414);
        assert_eq!(status(|request| host(request).uri("http://a/")), 200);
        assert_eq!(status(|request| host(request).method("OPTIONS").uri("*")), 400);
        let request = Request::builder().uri("/").header(HOST, "a").body(()).unwrap();
        assert!(examine(&request, true).is_err());
    }
}
