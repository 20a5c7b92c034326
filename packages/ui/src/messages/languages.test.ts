import { expect, test } from 'vitest'
import { chooseLanguage, localeOf } from './languages.ts'
import { createTranslator } from './translator.ts'
import { formatTime } from '../language/format-time.ts'

test('the first spoken language of the person is taken, English when none is', () => {
  expect(chooseLanguage(['de-DE', 'fr-CA', 'en-US'])).toBe('fr')
  expect(chooseLanguage(['de-DE'])).toBe('en')
  expect(chooseLanguage([])).toBe('en')
})

test('the region is kept where it belongs to the language', () => {
  expect(localeOf('fr', ['en-US', 'fr-CA'])).toBe('fr-CA')
  expect(localeOf('es', ['en-US', 'fr-CA'])).toBe('es-ES')
})

test('a name of the system that is no locale is passed over', () => {
  expect(localeOf('en', ['en-US@posix', 'en-CA'])).toBe('en-CA')
  expect(localeOf('en', ['en-US@posix'])).toBe('en-GB')
})

test('a plural follows the rules of its language', () => {
  const message = { n: '{count, plural, one {# payment} other {# payments}}' }
  expect(createTranslator(message, 'en-GB')('n', { count: 0 })).toBe('0 payments')
  expect(createTranslator(message, 'fr-FR')('n', { count: 0 })).toBe('0 payment')
})

test('a forgotten value shows the source instead of breaking the screen', () => {
  expect(createTranslator({ hello: 'Hello {name}' }, 'en-GB')('hello')).toBe('Hello {name}')
})

test('times are written for the locale and zone', () => {
  expect(formatTime(0, 'en-GB', 'time', 'UTC')).toBe('00:00')
  expect(formatTime(0, 'fr-FR', 'day', 'Europe/Paris')).toBe('jeudi 1 janvier')
})
