import { expect, test } from 'vitest'
import { catalogueProblems } from './catalogue-problems.ts'

const good = { greeting: 'Hello {name}' }

test('a set of messages that agree has no problems', () => {
  expect(catalogueProblems({ en: good, fr: { greeting: 'Bonjour {name}' }, es: good })).toEqual([])
})

test('a missing, an empty and a surplus message are problems', () => {
  const problems = catalogueProblems({ en: good, fr: {}, es: { greeting: ' ', other: 'x' } })
  expect(problems).toEqual(['fr greeting: missing', 'es greeting: missing', 'es other: missing'])
})

test('a translation that forgets a value, or names another one, is a problem', () => {
  const problems = catalogueProblems({
    en: good,
    fr: { greeting: 'Bonjour' },
    es: { greeting: 'Hola {nombre}' },
  })
  expect(problems).toHaveLength(2)
})

test('a broken plural is a problem', () => {
  const problems = catalogueProblems({ en: good, fr: good, es: { greeting: '{name, plural, one {x}' } })
  expect(problems).toEqual(['es greeting: not an ICU message'])
})
