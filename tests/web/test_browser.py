"""The console in a real browser: nothing but its own host is asked, nothing complains, and the ships are on the map."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright
from tests.web.desks import CASE, FakeDesk

from haemaru.web.app import create_app
from haemaru.web.build import built
from haemaru.web.console import MENU

pytestmark = pytest.mark.browser
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def console() -> Iterator[str]:
    """A real server on a free port, over the fake desk; the clock is the machine's."""
    server, thread, address = _serve(FakeDesk(count=321, now_ms=int(time.time() * 1000)))
    yield address
    server.should_exit = True
    thread.join(timeout=10)


def _serve(desk: FakeDesk) -> tuple[uvicorn.Server, threading.Thread, str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(desk), host="127.0.0.1", port=port, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _until(lambda: server.started)
    return server, thread, f"http://127.0.0.1:{port}"


def _until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


class Watcher:
    """Notes what a page asks for and complains about."""

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def _sign_in(page: Page, console: str, lang: str) -> None:
    page.goto(f"{console}/login?lang={lang}")
    page.fill("[name=name]", "haneul")
    page.fill("[name=password]", "right-words")
    page.click("button.main")
    page.wait_for_selector("nav.menu", timeout=PATIENCE_S * 1000)


@pytest.mark.skipif(not built(), reason="the map's assets are not built: python -m haemaru.web.build")
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_ships_are_on_the_map_and_nobody_else_is_asked(chromium: Chromium, console: str, lang: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    seen = Watcher(page)
    _sign_in(page, console, lang)

    _until(lambda: page.evaluate("window.haemaru && window.haemaru.frames > 1"))

    assert page.evaluate("window.haemaru.vessels") == 321
    assert seen.hosts == {console.removeprefix("http://")}
    assert seen.complaints == []
    page.close()


@pytest.mark.skipif(not built(), reason="the map's assets are not built: python -m haemaru.web.build")
def test_a_name_in_the_list_opens_its_ship_card_in_place(chromium: Chromium, console: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    seen = Watcher(page)
    _sign_in(page, console, "en")
    _until(lambda: page.evaluate("window.haemaru && window.haemaru.ready"))

    page.locator("#vessels-table a.ship").nth(2).click()
    page.wait_for_selector("#card #ship-card", timeout=PATIENCE_S * 1000)

    assert page.url.endswith("/")
    assert "Positions of cargo ships and tankers" in page.inner_text("#card")
    assert seen.complaints == []
    page.close()


@pytest.mark.skipif(not built(), reason="the map's assets are not built: python -m haemaru.web.build")
def test_findings_and_blind_spots_are_layers_that_the_keyboard_turns_on_and_off(
    chromium: Chromium, console: str
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    seen = Watcher(page)
    _sign_in(page, console, "en")

    _until(lambda: page.evaluate("window.haemaru && window.haemaru.findings === 5"))
    assert page.evaluate("window.haemaru.blind") == 0
    page.focus("[data-layer=blind]")
    page.keyboard.press("Space")
    _until(lambda: page.evaluate("window.haemaru.blind > 0"))
    page.keyboard.press("Space")
    _until(lambda: page.evaluate("window.haemaru.blind === 0"))

    assert seen.hosts == {console.removeprefix("http://")}
    assert seen.complaints == []
    page.close()


def test_every_page_works_without_javascript(chromium: Chromium, console: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    seen = Watcher(page)
    _sign_in(page, console, "ko")

    for name, path, _ in MENU:
        page.goto(console + path)
        assert page.locator("main h1").count() >= 1, name
    page.goto(f"{console}/tips")
    page.fill("[name=text]", "가상 제보")
    page.click(".tip-form button.main")
    page.wait_for_url(f"**/cases/{CASE}**")

    assert page.locator("p.toast").is_visible()
    assert seen.complaints == []
    context.close()


def test_the_keyboard_is_enough(chromium: Chromium, console: str) -> None:
    page = chromium.new_page()
    _sign_in(page, console, "en")

    page.goto(f"{console}/records")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/ledger")
    page.goto(f"{console}/records")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")

    assert page.locator("#why").count() == 1
    page.close()


def test_every_page_fits_a_small_window(chromium: Chromium, console: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    _sign_in(page, console, "en")

    wide = {}
    for name, path, _ in MENU:
        page.goto(console + path)
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert {name: by for name, by in wide.items() if by} == {}
    page.close()


def test_the_script_reads_the_golden_frame(chromium: Chromium, console: str) -> None:
    page = chromium.new_page()
    page.goto(f"{console}/login")
    golden = (Path(__file__).parents[1] / "golden" / "trk1.bin").read_bytes()

    read = page.evaluate(
        """async (bytes) => {
            const { decode } = await import("/static/js/wire.js");
            const frame = decode(new Uint8Array(bytes).buffer);
            return { ...frame, mmsi: [...frame.mmsi], lon: [...frame.lon], cog: [...frame.cog], age: [...frame.age] };
        }""",
        list(golden),
    )

    assert (read["whole"], read["frame"], read["count"], read["time"]) == (True, 7, 2, 1_772_442_000_000)
    assert read["mmsi"] == [900_000_001, 900_000_002]
    assert read["lon"] == [-179_000_000, 129_000_000]
    assert read["cog"] == [65535, 3110]
    assert read["age"] == [65535, 5]
    page.close()


def test_two_officers_approve_one_after_the_other_without_javascript(chromium: Chromium) -> None:
    desk = FakeDesk(needed=2)
    desk.referred = lambda: [{**FakeDesk().referred()[0], "persons": 2, "approvals": desk.approvals}]  # type: ignore[method-assign]
    server, thread, address = _serve(desk)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for name, shown in (("haneul", "0 of 2"), ("byeol", "1 of 2")):
        page.goto(f"{address}/login?lang=en")
        page.fill("[name=name]", name)
        page.fill("[name=password]", "right-words")
        page.click("button.main")
        page.goto(f"{address}/exchange")
        assert shown in page.inner_text("form.ruling")
        page.click("form.ruling button[value=approve]")
        page.wait_for_url("**/exchange?done=**")
        assert page.locator("p.toast").is_visible()
        page.click("form[action='/logout'] button")
    server.should_exit = True
    thread.join(timeout=10)
    context.close()

    assert [(order["id"], order["by"]) for command, order in desk.orders if command == "agreement.approve"] == [
        ("ref-1", "haneul"),
        ("ref-1", "byeol"),
    ]
