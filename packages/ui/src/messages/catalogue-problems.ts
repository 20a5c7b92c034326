import { IntlMessageFormat } from 'intl-messageformat'
import { languages } from './languages.ts'
import type { Catalogues } from './translator.ts'

/**
 * What a compiler cannot see in a set of messages: a text that is no ICU message, is empty, or names other values than
 * its English counterpart, and a plural without the forms of its language. One sentence per problem; empty is well.
 */
export function catalogueProblems(catalogues: Catalogues<string>): string[] {
  const problems: string[] = []
  for (const language of languages) {
    const keys = new Set([...Object.keys(catalogues.en), ...Object.keys(catalogues[language])])
    for (const key of keys) {
      const source = catalogues[language][key]
      const english = catalogues.en[key]
      if (source === undefined || english === undefined || source.trim() === '') {
        problems.push(`${language} ${key}: missing`)
        continue
      }
      const found = valuesIn(source, language)
      const wanted = valuesIn(english, 'en')
      if (found === null) problems.push(`${language} ${key}: not an ICU message`)
      else if (found !== wanted) problems.push(`${language} ${key}: has values "${found}", not "${wanted}"`)
    }
  }
  return problems
}

/** Names and kinds of the values of a message, sorted; null when it cannot be parsed. */
function valuesIn(source: string, locale: string): string | null {
  try {
    const names = new Set<string>()
    collect(new IntlMessageFormat(source, locale).getAst(), names)
    return [...names].sort().join(' ')
  } catch {
    return null
  }
}

/** Of the parser's `TYPE`, which is an enum of a package that is not ours to import. */
const LITERAL = 0

type Ast = ReturnType<IntlMessageFormat['getAst']>

function collect(elements: Ast, names: Set<string>): void {
  for (const element of elements) {
    // Texts and the `#` of a plural name nothing.
    const kind: number = element.type
    if (kind === LITERAL || !('value' in element)) continue
    names.add(`${element.value}:${kind}`)
    if ('options' in element)
      for (const option of Object.values(element.options)) collect(option.value, names)
  }
}
