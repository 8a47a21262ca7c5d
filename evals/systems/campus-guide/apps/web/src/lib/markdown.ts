import DOMPurify from 'dompurify';
import { marked } from 'marked';

marked.use({ gfm: true, breaks: true });

export function toHtml(source: string): string {
  return marked.parse(source, { async: false });
}

export function render(source: string): string {
  return DOMPurify.sanitize(toHtml(source), { FORBID_TAGS: ['img', 'style', 'form', 'input'] });
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

export function highlight(text: string, words: string): string {
  const wanted = words.split(/\s+/).filter((word) => /^[\p{L}\p{N}]{3,}$/u.test(word));
  const safe = escape(text);
  if (wanted.length === 0) return safe;
  return safe.replace(new RegExp(`(${wanted.map(escape).join('|')})`, 'giu'), '<mark>$1</mark>');
}
