import { expect, test } from 'vitest'

import { readTar } from './read-tar.ts'

const endMark = Buffer.alloc(1024)
const program = entry({ name: 'lib/program', mode: '0000755', bytes: Buffer.alloc(1000, 7) })

test('files come out of an archive with their folders, modes and bytes', () => {
  const folder = entry({ name: 'lib/', type: '5' })
  const empty = entry({ name: 'empty', mode: '0000644' })
  const files = [...readTar(Buffer.concat([folder, program, empty, endMark]))]
  expect(files).toEqual([
    { name: 'lib/program', mode: 0o755, bytes: Buffer.alloc(1000, 7) },
    { name: 'empty', mode: 0o644, bytes: Buffer.alloc(0) },
  ])
})

test('an archive cut short is refused wherever the cut is', () => {
  const whole = Buffer.concat([program, endMark])
  expect([...readTar(whole)]).toHaveLength(1)
  for (let length = 0; length < program.length + 512; length += 1) {
    expect(() => [...readTar(whole.subarray(0, length))]).toThrow(/cut short|in the middle/)
  }
})

test('a changed header byte is noticed', () => {
  // Up to the checksum itself, whose last byte is padding.
  for (let index = 0; index < 148; index += 1) {
    const damaged = Buffer.concat([program, endMark])
    damaged[index] = (damaged[index] ?? 0) ^ 0x01
    expect(() => [...readTar(damaged)]).toThrow()
  }
})

test('a link, an absolute path and a path that leaves the folder are refused', () => {
  const refused = (header: Buffer) => () => [...readTar(Buffer.concat([header, endMark]))]
  expect(refused(entry({ name: 'link', type: '2' }))).toThrow('neither a file nor a folder')
  expect(refused(entry({ name: '/etc/passwd' }))).toThrow('/etc/passwd')
  expect(refused(entry({ name: 'lib/../../out' }))).toThrow('../out')
})

interface Entry {
  readonly name: string
  readonly type?: string
  readonly mode?: string
  readonly bytes?: Buffer
}

function entry({ name, type = '0', mode = '0000644', bytes = Buffer.alloc(0) }: Entry): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(mode, 100)
  header.write(bytes.length.toString(8).padStart(11, '0'), 124)
  header.write(' '.repeat(8), 148)
  header.write(type, 156)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
