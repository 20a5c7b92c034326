import { expect, test } from 'vitest'
import { fileTypeOf } from './file-type.ts'

test.each([
  ['a PDF', Buffer.from('%PDF-1.7\n'), 'pdf'],
  ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), 'jpg'],
  ['a PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]), 'png'],
  ['a page that says that it is a PDF', Buffer.from('<html>%PDF-'), null],
  ['the beginning of a beginning', Buffer.from([0x89, 0x50]), null],
  ['nothing', Buffer.alloc(0), null],
])('ST1: %s is known by its first bytes', (_what, content, type) => {
  expect(fileTypeOf(content)).toBe(type)
})
