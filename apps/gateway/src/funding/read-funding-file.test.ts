import { expect, test } from 'vitest'
import { fundingText, saleItem } from '../test-support/funding-text.ts'
import { readFundingFile } from './read-funding-file.ts'

const items = [saleItem(5_000, 95), saleItem(5_001, 95)]
const good = fundingText('F1', items)

test('ST16: a file is read as it was written, fields that nobody knows included', () => {
  expect(readFundingFile(good, 'F1')).toEqual({
    ok: true,
    file: {
      file: 'F1',
      merchant: 'HOLDFAST0000001',
      currency: 'eur',
      madeAtMs: expect.any(Number),
      items,
      paidMinor: 9_811,
    },
  })
  const more = items.map((item) => ({ ...item, colour: 'blue' }))
  expect(readFundingFile(fundingText('F1', more), 'F1')).toMatchObject({ ok: true, file: { items } })
})

test.each([
  ['nothing', '', 'file_unreadable'],
  ['a page of a proxy', '<html>\n<p>Sign in</p>\n</html>\n', 'file_version_unknown'],
  ['a version that comes later', good.replace('"version":1', '"version":2'), 'file_version_unknown'],
  ['no trailer', `${good.split('\n').slice(0, 3).join('\n')}\n`, 'file_unreadable'],
  ['an item that is none', good.replace('"kind":"sale"', '"kind":"gift"'), 'file_unreadable'],
  ['what no column holds', fundingText('F1', [{ ...saleItem(5_000, 95), rrn: '12\0' }]), 'file_unreadable'],
  ['half a character', fundingText('F1', [{ ...saleItem(5_000, 95), rrn: '12\uD800' }]), 'file_unreadable'],
  ['another amount', good.replace('"amountMinor":5000', '"amountMinor":6000'), 'file_altered'],
  ['a line twice', good.replace(/^(.*5000.*\n)/m, '$1$1'), 'file_altered'],
  ['another sum', fundingText('F1', items, { paidMinor: 1 }), 'file_altered'],
  ['another count', fundingText('F1', items, { items: 3 }), 'file_altered'],
  ['a currency that is not', fundingText('F1', items, {}, '000'), 'file_currency_unknown'],
])('%s is damage, and nothing of the file is believed', (_, text, damage) => {
  expect(readFundingFile(text, 'F1')).toEqual({ ok: false, damage })
})

test('a file under the name of another is damage', () => {
  expect(readFundingFile(good, 'F2')).toEqual({ ok: false, damage: 'file_name_differs' })
})

test('cut off at any byte, or glued to itself, it is damage', () => {
  for (let end = 0; end < good.length; end += 1)
    expect(readFundingFile(good.slice(0, end), 'F1'), `cut at ${end}`).toMatchObject({ ok: false })
  expect(readFundingFile(good + good, 'F1')).toMatchObject({ ok: false })
})
