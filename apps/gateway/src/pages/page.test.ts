import { expect, test } from 'vitest'
import { escapeHtml, pageLanguage } from './page.ts'

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['fr-CA', 'fr'],
  ['de, es;q=0.4, fr;q=0.9', 'fr'],
  ['es;q=0, fr;q=0.1', 'fr'],
  ['en;q=x, es', 'es'],
  ['*', 'en'],
])('of %s a page is in %s', (header, language) => {
  expect(pageLanguage(header)).toBe(language)
})

test('what a merchant has typed stays text', () => {
  expect(escapeHtml(`<b a="1" c='2'>&</b>`)).toBe('&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;&#60;/b&#62;')
})
