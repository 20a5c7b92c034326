import { decodeQR } from 'qr/decode.js'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { QrCode } from './qr-code.tsx'

const PIXELS_PER_MODULE = 6

test('SQ3: a telephone reads the address out of the picture, with its quiet zone around it', () => {
  const url = 'https://pay.example.org:8443/status'
  const html = renderToStaticMarkup(createElement(QrCode, { text: url, label: 'Status page' }))
  const modules = Number(/viewBox="0 0 (\d+) /.exec(html)?.[1])
  const dark = [...html.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  expect(dark.every(([x, y]) => Math.min(x, y) >= 4 && Math.max(x, y) < modules - 4)).toBe(true)
  expect(decodeQR(pictureOf(dark, modules))).toBe(url)
  expect(html).toContain('aria-label="Status page"')
})

/** RGBA, as a camera delivers it. */
function pictureOf(dark: readonly (readonly [number, number])[], modules: number) {
  const size = modules * PIXELS_PER_MODULE
  const data = new Uint8ClampedArray(size * size * 4).fill(255)
  for (const [x, y] of dark) {
    for (let row = 0; row < PIXELS_PER_MODULE; row += 1) {
      const start = ((y * PIXELS_PER_MODULE + row) * size + x * PIXELS_PER_MODULE) * 4
      for (let at = 0; at < PIXELS_PER_MODULE; at += 1) data.fill(0, start + at * 4, start + at * 4 + 3)
    }
  }
  return { width: size, height: size, data }
}
