/** What is wrong with data, by its path (`deferred.ageMaxMs`); never the value itself. */
export type ShapeFault = {
  readonly path: string
  readonly code: 'missing' | 'unknown' | 'bad_type' | 'out_of_range' | 'not_one_of' | 'contradiction'
}

/** Undefined, with at least one fault written down, when the value is not of this shape. */
export type Shape<Value> = {
  (value: unknown, path: string, faults: ShapeFault[]): Value | undefined
  readonly mayBeAbsent?: true
}

export function integer(min: number, max: number): Shape<number> {
  return (value, path, faults) => {
    if (typeof value !== 'number') return fault(faults, path, 'bad_type')
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : fault(faults, path, 'out_of_range')
  }
}

export function text(pattern: RegExp): Shape<string> {
  return (value, path, faults) => {
    if (typeof value !== 'string') return fault(faults, path, 'bad_type')
    return pattern.test(value) ? value : fault(faults, path, 'out_of_range')
  }
}

export const flag: Shape<boolean> = (value, path, faults) =>
  typeof value === 'boolean' ? value : fault(faults, path, 'bad_type')

export function oneOf<const Value extends string | number>(...values: readonly Value[]): Shape<Value> {
  return (value, path, faults) => values.find((known) => known === value) ?? fault(faults, path, 'not_one_of')
}

/** In an object, a key that may be left out, and is then left out of what is read. */
export function optional<Value>(shape: Shape<Value>): Shape<Value> {
  const read: Shape<Value> = (value, path, faults) => shape(value, path, faults)
  return Object.assign(read, { mayBeAbsent: true } as const)
}

/** Exactly these keys. */
export function object<Value extends object>(shapes: {
  readonly [Key in keyof Value]-?: Shape<Exclude<Value[Key], undefined>>
}): Shape<Value> {
  return (value, path, faults) => {
    if (!isRecord(value)) return fault(faults, path, 'bad_type')
    const before = faults.length
    const known: { readonly [key: string]: Shape<unknown> } = shapes
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(known, key)) fault(faults, at(path, key), 'unknown')
    }
    const entries = Object.entries(known).flatMap(([key, shape]) => {
      if (Object.hasOwn(value, key)) return [[key, shape(value[key], at(path, key), faults)] as const]
      if (shape.mayBeAbsent !== true) fault(faults, at(path, key), 'missing')
      return []
    })
    // Every key of the shape was read by its own shape, and none failed.
    return faults.length === before ? (Object.fromEntries(entries) as Value) : undefined
  }
}

export function record<Value>(key: RegExp, shape: Shape<Value>): Shape<{ readonly [key: string]: Value }> {
  return (value, path, faults) => {
    if (!isRecord(value)) return fault(faults, path, 'bad_type')
    const read: { [key: string]: Value } = {}
    for (const [name, one] of Object.entries(value)) {
      if (!key.test(name)) {
        fault(faults, at(path, name), 'unknown')
        continue
      }
      const good = shape(one, at(path, name), faults)
      if (good !== undefined) read[name] = good
    }
    return read
  }
}

/** By the value of `tag`. */
export function tagged<Value extends object>(
  tag: string,
  shapes: { readonly [kind: string]: Shape<Value> },
): Shape<Value> {
  return (value, path, faults) => {
    if (!isRecord(value)) return fault(faults, path, 'bad_type')
    const kind = value[tag]
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined
    return shape === undefined ? fault(faults, at(path, tag), 'not_one_of') : shape(value, path, faults)
  }
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function at(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function fault(faults: ShapeFault[], path: string, code: ShapeFault['code']): undefined {
  faults.push({ path, code })
  return undefined
}
