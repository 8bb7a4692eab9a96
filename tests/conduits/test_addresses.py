"""Which addresses a message may go to, in every spelling that some resolver or socket would understand."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from conduits.delivery.addresses import (
    MAX_URL_LENGTH,
    NOT_PUBLIC,
    AddressRefused,
    Destination,
    Network,
    is_public,
    parse_webhook_url,
    vet,
)

NOBODY: tuple[Network, ...] = ()
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)

NOT_PUBLIC_ADDRESSES = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::80ff:fffe",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2a00:1450::5efe:10.0.0.1",
    "2a00:1450::200:5efe:8.8.8.8",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2a00:1450::1%eth0",
    "fec0::1",
    "ff02::1",
)

PUBLIC_ADDRESSES = (
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450:4001::1",
)

REFUSED_URLS = (
    # IPv4 in forms that only some programs understand
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0X7F000001/",
    "http://0x7f.1/",
    "http://127.0x1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.01/",
    "http://127.0.0.1./",
    "http://127.0.0.0x/",
    "http://0/",
    "http://8.8.8.8.8/",
    "http://256.1.1.1/",
    "http://4294967297/",
    "http://foo.1/",
    "http://134744072/",
    "http://8.8.2056/",
    "http://127%2e0%2e0%2e1/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://٨.٨.٨.٨/",
    "http://８.８.８.８/",
    "http://8.8.8.8%20/",
    # Addresses that are not public, plainly written
    "http://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[fec0::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[2606:4700::1111%25eth0]/",
    # Names that mean this machine, and names that are none
    "http://localhost/",
    "http://LOCALHOST/",
    "http://db.localhost/",
    "http://localhost./",
    "http://crm.example./",
    "http://crm..example/",
    "http://.example/",
    "http://-crm.example/",
    "http://crm-.example/",
    "http://cr+m.example/",
    "http://cr*m.example/",
    "http://{name}.example/".replace("{name}", "a" * 64),
    "http://{name}example/".replace("{name}", "a." * 124),
    "http://ä{name}.example/".replace("{name}", "ä" * 300),
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://locaｌhost/",
    "http://xn--.\u200d/",
    "http://[::1].example/",
    "http://a[::1]/",
    "http://[::1/",
    "http://::1/",
    "http://[127.0.0.1]/",
    "http://[v1.x]/",
    # Credentials, ports, fragments
    "http://me@crm.example/",
    "http://me:secret@crm.example/",
    "http://@crm.example/",
    "http://crm.example@127.0.0.1/",
    "http://crm.example:22/",
    "http://crm.example:6379/",
    "http://8.8.8.8:25/",
    "http://crm.example:0/",
    "http://crm.example:65536/",
    "http://crm.example:65616/",
    "http://crm.example:/",
    "http://crm.example:８０/",
    "http://crm.example:+80/",
    "http://crm.example:-1/",
    "http://crm.example/#part",
    "http://crm.example#@127.0.0.1/",
    # Schemes and things that are no URL
    "",
    "crm.example",
    "//crm.example/",
    "http:crm.example",
    "http:/crm.example/",
    "http:///crm.example/",
    "http://",
    "http://?a",
    "https:",
    "ftp://crm.example/",
    "file:///etc/passwd",
    "gopher://crm.example/",
    "ws://crm.example/",
    "javascript:alert(1)",
    # Characters that two programs read differently
    " http://crm.example/",
    "http://crm.example/ ",
    "http://crm.example/a b",
    "http://crm.example/\r\nX-Evil: 1",
    "ht\ttp://crm.example/",
    "http://crm\n.example/",
    "http://crm.example\x00.evil/",
    "http://crm.example\\@127.0.0.1/",
    "http:\\\\crm.example/",
    "http://crm.example/\u2028",
    "http://crm.example/\u00a0",
    "http://crm\u00ad.example/",
    "http://crm.example/\ud800",
    "http://crm℀.example/",
    "http://crm.example／@127.0.0.1/",
)


def destination(url: str, allowed: tuple[Network, ...] = NOBODY) -> Destination:
    return parse_webhook_url(url, allowed=allowed)


@pytest.mark.parametrize("text", NOT_PUBLIC_ADDRESSES)
def test_an_address_that_is_not_plainly_public_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))
    with pytest.raises(AddressRefused, match=NOT_PUBLIC):
        vet(ip_address(text), 443, allowed=NOBODY)


@pytest.mark.parametrize("text", PUBLIC_ADDRESSES)
def test_an_address_just_outside_of_what_is_refused_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_could_lead_inside_or_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        destination(url)
    assert refused.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1/", "public internet"),
        ("http://2130706433/", "four decimal numbers"),
        ("http://[v1.x]/", "not an IPv6 address"),
        ("http://crm.example./", "not a name"),
        ("http://crm.example:22/", "Use one of 80, 443, 8080, 8443"),
        ("http://crm.example:99999/", "1 to 65535"),
        ("http://me:secret@crm.example/", "user name and password"),
        ("http://crm.example/#part", "begins with #"),
        ("http://crm.example/a b", "a space, a backslash"),
        ("ftp://crm.example/", "begins with https://"),
        ("https://", "no host"),
    ],
)
def test_a_refusal_says_what_to_change(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused, match=reason):
        destination(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://crm.example", Destination("https://crm.example/", "https", "crm.example", 443, None)),
        ("HTTPS://CRM.Example/Hook", Destination("https://crm.example/Hook", "https", "crm.example", 443, None)),
        ("https://crm.example:443/a", Destination("https://crm.example/a", "https", "crm.example", 443, None)),
        ("http://crm.example:443/a", Destination("http://crm.example:443/a", "http", "crm.example", 443, None)),
        ("http://crm.example:8080", Destination("http://crm.example:8080/", "http", "crm.example", 8080, None)),
        ("https://crm?a=%2B&b=ü", Destination("https://crm/?a=%2B&b=%C3%BC", "https", "crm", 443, None)),
        ("https://call_center/a/b|c", Destination("https://call_center/a/b%7Cc", "https", "call_center", 443, None)),
        (
            "https://bücher.example/",
            Destination("https://xn--bcher-kva.example/", "https", "xn--bcher-kva.example", 443, None),
        ),
        ("https://ｃｒｍ。example/", Destination("https://crm.example/", "https", "crm.example", 443, None)),
        ("http://1.1.1.1/@x", Destination("http://1.1.1.1/@x", "http", "1.1.1.1", 80, IPv4Address("1.1.1.1"))),
        (
            "https://[2606:4700:0:0::1111]:8443/",
            Destination(
                "https://[2606:4700::1111]:8443/", "https", "[2606:4700::1111]", 8443, IPv6Address("2606:4700::1111")
            ),
        ),
    ],
)
def test_a_url_is_brought_into_one_form(url: str, expected: Destination) -> None:
    assert destination(url) == expected


def test_a_url_may_have_2048_characters_and_no_more() -> None:
    url = "https://crm.example/".ljust(MAX_URL_LENGTH, "a")
    assert destination(url).url == url
    with pytest.raises(AddressRefused, match="longer than 2048"):
        destination(url + "a")


def test_inside_the_allow_list_every_port_is_open() -> None:
    assert destination("http://127.0.0.1:5432/", LOOPBACK).port == 5432
    assert destination("http://[::ffff:127.0.0.1]:5432/", LOOPBACK).port == 5432
    assert destination("http://localhost:5432/", LOOPBACK).host == "localhost"


def test_the_allow_list_opens_nothing_else() -> None:
    for url in ("http://10.0.0.1/", "http://[::1]/", "http://[::127.0.0.1]/", "http://127.1/", "http://8.8.8.8:5432/"):
        with pytest.raises(AddressRefused):
            destination(url, LOOPBACK)


def test_a_name_s_port_is_judged_at_once_only_where_no_allow_list_could_open_it() -> None:
    assert destination("http://crm.example:5432/", (*LOOPBACK, ip_network("10.0.0.0/8"))).port == 5432
    assert parse_webhook_url("http://crm.example:5432/", allowed=LOOPBACK, connecting=True).port == 5432
    for allowed in (NOBODY, LOOPBACK):
        with pytest.raises(AddressRefused, match="Use one of 80, 443, 8080, 8443"):
            destination("http://crm.example:5432/", allowed)


def test_other_ports_may_be_given() -> None:
    assert parse_webhook_url("http://crm.example:9000/", allowed=NOBODY, ports={9000}).port == 9000
    with pytest.raises(AddressRefused, match=r"Use one of 9000\."):
        parse_webhook_url("http://crm.example/", allowed=NOBODY, ports={9000})


def test_no_answer_about_a_port_tells_that_an_address_is_inside() -> None:
    with pytest.raises(AddressRefused, match=NOT_PUBLIC):
        vet(ip_address("10.0.0.1"), 22, allowed=LOOPBACK)


def test_an_allowed_translation_prefix_leads_to_public_addresses_only() -> None:
    allowed = (ip_network("64:ff9b::/96"),)
    assert is_public(ip_address("64:ff9b::8.8.8.8"), allowed)
    assert not is_public(ip_address("64:ff9b::10.0.0.1"), allowed)
    assert is_public(ip_address("64:ff9b::10.0.0.1"), (*allowed, ip_network("10.0.0.0/8")))


EMBEDDINGS: tuple[Callable[[int], int], ...] = (
    lambda ipv4: ipv4,  # compatible
    lambda ipv4: 0xFFFF << 32 | ipv4,  # mapped
    lambda ipv4: 0xFFFF << 48 | ipv4,  # translated
    lambda ipv4: 0x64_FF9B << 96 | ipv4,  # NAT64
    lambda ipv4: 0x64_FF9B_0001 << 80 | ipv4,  # NAT64, local use
    lambda ipv4: 0x2002 << 112 | ipv4 << 80 | 1,  # 6to4
    lambda ipv4: 0x2001_0000 << 96 | 0x0808_0808 << 64 | (ipv4 ^ 0xFFFF_FFFF),  # Teredo, the client
    lambda ipv4: 0x2001_0000 << 96 | ipv4 << 64 | 0xF7F7_F7F7,  # Teredo, the server
    lambda ipv4: 0x2A00_1450 << 96 | 0x5EFE << 32 | ipv4,  # ISATAP
    lambda ipv4: 0x2A00_1450 << 96 | 0x0200_5EFE << 32 | ipv4,  # ISATAP of a global address
)
NOT_PUBLIC_IPV4 = st.one_of(
    *(
        st.ip_addresses(v=4, network=network)
        for network in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
    ),
    *(
        st.ip_addresses(v=4, network=network)
        for network in ("192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4")
    ),
)


@given(ipv4=NOT_PUBLIC_IPV4, embed=st.sampled_from(EMBEDDINGS))
def test_an_ipv4_address_from_inside_is_refused_in_every_ipv6_form(
    ipv4: IPv4Address, embed: Callable[[int], int]
) -> None:
    address = IPv6Address(embed(int(ipv4)))
    assert not is_public(ipv4)
    assert not is_public(address)
    for text in (str(address), address.exploded):
        with pytest.raises(AddressRefused):
            destination(f"http://[{text}]/")


@given(address=st.ip_addresses())
def test_what_is_public_here_is_public_for_python_too(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(address=st.ip_addresses())
def test_an_address_may_be_reached_exactly_when_its_url_is_taken(address: IPv4Address | IPv6Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    if is_public(address):
        assert destination(f"https://{host}/").address == address
    else:
        with pytest.raises(AddressRefused):
            destination(f"https://{host}/")


@given(rest=st.text(), scheme=st.sampled_from(["http://", "https://", "http://crm.example/", ""]))
def test_any_text_is_either_refused_or_means_the_same_to_the_program_that_connects(rest: str, scheme: str) -> None:
    try:
        taken = destination(scheme + rest)
    except AddressRefused:
        return
    url = URL(taken.url, encoded=True)
    assert taken == destination(taken.url)
    assert (url.scheme, url.raw_host, url.port) == (taken.scheme, taken.host.strip("[]"), taken.port)
    assert str(url) == taken.url
