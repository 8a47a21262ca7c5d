"""What a person who cannot see, or who uses no mouse, needs of a page; asked of the page in the browser, without any service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Colours are asked of the browser as it drew them, behind each other as they stand; large text needs less contrast (WCAG 2.1, 1.4.3).
CHECKS = """() => {
  const wrong = [];
  const tell = (what, node) => wrong.push(what + ': ' + node.outerHTML.slice(0, 120));
  const shown = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== 'hidden';
  const name = (node) => (node.getAttribute('aria-label') || node.textContent || node.getAttribute('title') || '').trim();
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.title.trim()) wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const here = Number(heading.tagName[1]);
    if (here > level + 1 && level > 0) tell('heading skips a level', heading);
    if (!name(heading)) tell('empty heading', heading);
    level = here;
  }
  const ids = new Set();
  for (const node of document.querySelectorAll('[id]')) { if (ids.has(node.id)) tell('id twice', node); ids.add(node.id); }
  for (const node of document.querySelectorAll('a[href], button, summary')) if (shown(node) && !name(node)) tell('no name', node);
  for (const node of document.querySelectorAll('input:not([type=hidden]), select, textarea')) if (!node.labels || !node.labels.length || ![...node.labels].some((label) => label.textContent.trim())) tell('no label', node);
  for (const node of document.querySelectorAll('svg')) if (!node.hasAttribute('aria-hidden') && !node.getAttribute('aria-label')) tell('picture without words', node);
  for (const table of document.querySelectorAll('table')) if (!table.querySelector('th')) tell('table without heads', table);
  for (const node of document.querySelectorAll('[tabindex]')) if (Number(node.getAttribute('tabindex')) > 0) tell('tabindex above 0', node);
  for (const node of document.querySelectorAll('.code, .scroll, .matrix-frame, .canvas')) {
    if (node.scrollWidth > node.clientWidth + 1 && node.tabIndex < 0 && !node.querySelector('a, button')) tell('scrolls, and no key reaches it', node);
  }
  const parse = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return { r: found[0], g: found[1], b: found[2], a: found.length > 3 ? found[3] : 1 }; };
  const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
  const light = (colour) => { const [r, g, b] = [colour.r, colour.g, colour.b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (node) => { let stack = []; for (let at = node; at; at = at.parentElement) { const colour = parse(getComputedStyle(at).backgroundColor); if (colour.a > 0) { stack.push(colour); if (colour.a === 1) break; } } let made = { r: 255, g: 255, b: 255, a: 1 }; for (const colour of stack.reverse()) made = over(colour, made); return made; };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node || node.closest('svg') || !shown(node) || node.closest('option, .skip, .unseen')) continue;
    const style = getComputedStyle(node);
    const under = ground(node), ink = over(parse(style.color), under);
    const [a, b] = [light(ink), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const key = style.color + JSON.stringify(under);
    if (ratio < needed - 0.01 && !seen.has(key)) { seen.add(key); tell('contrast ' + ratio.toFixed(2) + ' of ' + needed, node); }
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push('wider than the window: ' + document.documentElement.scrollWidth + ' of ' + innerWidth);
  return wrong;
}"""


def wrongs(page: Page) -> list[str]:
    """What is wrong with the page that is open, each with the piece it is about."""
    found: list[str] = page.evaluate(CHECKS)
    return found
