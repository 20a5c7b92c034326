import { Ajv2020 } from 'ajv/dist/2020.js'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<'Error', object>> }
}

interface Operation {
  readonly responses: Readonly<Record<'200', { readonly content: Content }>>
}

interface Content {
  readonly 'application/json': { readonly schema: object }
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })

/** What is wrong with an answer, by the document that describes it; nothing when it fits. */
export function openapiMisfits(
  document: unknown,
  asked: { readonly method: string; readonly path: string; readonly status: number },
  answer: unknown,
): string[] {
  const { method, path, status } = asked
  // Made by the gateway under test; what is missing in it fails below.
  const { paths, components } = document as Document
  const template = Object.keys(paths).find((each) => patternOf(each).test(path))
  const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()]
  if (operation === undefined) return [`${method} ${path} is in no operation`]
  const schema =
    status < 400 ? operation.responses['200'].content['application/json'].schema : components.schemas.Error
  if (ajv.validate(schema, answer)) return []
  return (ajv.errors ?? []).map(
    ({ instancePath, message = '' }) => `${method} ${path} ${instancePath}: ${message}`,
  )
}

/** A path without a parameter is named before one that has it: both are tried in the order of the document. */
function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
