import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorTable } from '@holdfast/protocol'

const root = path.dirname(import.meta.dirname)
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(root, file)))

/** DESIGN: arrows downwards. Each package may use what stands to its right, and nothing else of ours. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ['core'],
  envelope: ['core', 'protocol'],
  iso8583: [],
  reader: ['core', 'protocol', 'envelope'],
  sdk: ['core', 'protocol', 'envelope'],
  ui: ['core', 'protocol'],
  testing: ['core', 'protocol', 'envelope'],
  gateway: ['core', 'protocol', 'envelope', 'iso8583'],
  acquirer: ['core', 'iso8583'],
  till: ['core', 'protocol', 'envelope', 'reader', 'sdk', 'ui'],
  local: ['core', 'protocol', 'envelope', 'reader', 'sdk', 'testing', 'iso8583'],
}

test('every workspace depends only on what stands below it', () => {
  for (const manifest of globSync('{packages,apps}/*/package.json', { cwd: root })) {
    const { name, dependencies = {} } = readJson(manifest)
    const own = name.replace('@holdfast/', '')
    const ours = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@holdfast/'))
    expect(ALLOWED[own], `${own} has its place in the house`).toBeDefined()
    for (const dependency of ours) {
      expect(ALLOWED[own], `${own} may use ${dependency}`).toContain(dependency.replace('@holdfast/', ''))
    }
  }
})

test('no source reaches into another workspace by a path', () => {
  for (const file of sources()) {
    const workspace = file.split('/').slice(0, 2).join('/')
    if (/^(tests|tools|bench|examples)\//.test(file) || isTest(file)) continue
    for (const [, target = ''] of read(file).matchAll(/from '(\.[^']*)'/g)) {
      const resolved = path.join(path.dirname(file), target)
      expect(resolved.startsWith(`${workspace}/`), `${file} imports ${target}`).toBe(true)
    }
  }
})

test('inside a workspace the arrows between folders go one way', () => {
  for (const workspace of globSync('{packages,apps}/*/src', { cwd: root }).toSorted()) {
    expect(circleOf(arrowsBetweenFolders(workspace)), workspace).toBeNull()
  }
  expect(
    circleOf(
      new Map([
        ['a', new Set(['b'])],
        ['b', new Set(['a'])],
      ]),
    ),
  ).toEqual(['a', 'b', 'a'])
})

test('every error code is documented, and every documented code exists', () => {
  const documented = [...read('docs/reference/errors.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(
    ([, code]) => code,
  )
  expect(new Set(documented)).toEqual(new Set(Object.keys(errorTable)))
})

test('every runtime dependency has its reason in docs/dependencies.md', () => {
  const reasons = read('docs/dependencies.md')
  for (const manifest of globSync('{packages,apps}/*/package.json', { cwd: root })) {
    for (const [name, version] of Object.entries(readJson(manifest).dependencies ?? {})) {
      if (name.startsWith('@holdfast/')) continue
      expect(reasons, `${name} of ${manifest}`).toContain(`\`${name}\``)
      expect(version, `${name} is pinned`).toMatch(/^\d/)
    }
  }
})

test('links between our pages lead somewhere', () => {
  for (const file of files.filter((name) => name.endsWith('.md'))) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(path.join(root, path.dirname(file), target)), `${file} → ${target}`).toBe(true)
    }
  }
})

test('nothing unfinished is marked in the sources, and no file is a drawer', () => {
  for (const file of sources()) {
    expect(read(file), file).not.toMatch(/\b(TODO|FIXME|XXX)\b(?!\))/)
    if (!isTest(file)) expect(read(file).split('\n').length, `${file} is too long`).toBeLessThanOrEqual(420)
    expect(path.basename(file), file).not.toMatch(/^(utils?|helpers?|misc|common)\./)
  }
})

test('ARCHITECTURE.md stays within 300 lines', () => {
  expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(301)
})

/** A folder directly below `src`, or a file beside them, and what it imports of the others. */
function arrowsBetweenFolders(src: string): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>()
  for (const file of sources()) {
    if (!file.startsWith(`${src}/`) || isTest(file)) continue
    const from = path.relative(src, file).split(path.sep)[0] ?? ''
    const targets = arrows.get(from) ?? new Set()
    arrows.set(from, targets)
    for (const [, target = ''] of read(file).matchAll(/from '(\.[^']*)'/g)) {
      const to = path.relative(src, path.join(path.dirname(file), target)).split(path.sep)[0] ?? ''
      if (to !== from && to !== '..') targets.add(to)
    }
  }
  return arrows
}

/** The names along one circle, the first again at its end; null where there is none. */
function circleOf(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const done = new Set<string>()
  const search = (name: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name]
    if (done.has(name)) return null
    for (const next of arrows.get(name) ?? []) {
      const found = search(next, [...trail, name])
      if (found !== null) return found
    }
    done.add(name)
    return null
  }
  for (const name of arrows.keys()) {
    const found = search(name, [])
    if (found !== null) return found
  }
  return null
}

function sources(): string[] {
  return files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.startsWith('tools/tidy'))
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$|\.test-suite\.ts$|test-support|\/tests\//.test(file)
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

function readJson(file: string): { name: string; dependencies?: Record<string, string> } {
  return JSON.parse(read(file))
}
