import { offlineKinds } from '@holdfast/core'
import { offlineReasons } from '@holdfast/protocol'
import { catalogueProblems, languages } from '@holdfast/ui'
import { expect, test } from 'vitest'
import { tillMessages } from './index.ts'
import { refusalMessages } from './refusals.ts'

test('every message of the till exists in every language with the same values', () => {
  expect(catalogueProblems(tillMessages)).toEqual([])
  expect(catalogueProblems(refusalMessages)).toEqual([])
})

test('every kind of stored payment and every reason has its words', () => {
  const keys = Object.keys(tillMessages.en)
  for (const kind of offlineKinds) {
    expect(keys).toContain(`result.stored.${kind}`)
    expect(keys).toContain(`kind.${kind}`)
  }
  for (const why of offlineReasons) expect(keys).toContain(`result.why.${why}`)
})

test('the five outcomes have five different titles in each language', () => {
  for (const language of languages) {
    const t = tillMessages[language]
    const titles = [
      t['result.approved.title'],
      t['partial.title'],
      t['result.stored.title'],
      t['result.declined.title'],
      t['result.refused.title'],
    ]
    expect(new Set(titles).size).toBe(5)
  }
})

test('no language uses its word for "approved" in the title of a stored payment', () => {
  for (const language of languages) {
    const t = tillMessages[language]
    const approved = t['result.approved.title'].toLowerCase()
    expect(t['result.stored.title'].toLowerCase()).not.toContain(approved)
    expect(t['receipt.wording.accepted_offline'].toLowerCase()).not.toContain(approved)
  }
})
