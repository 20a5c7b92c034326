const DEVICE_ROUTES = new Set(['ping', 'records', 'attempts', 'feed', 'enrolments'])

/** The route of a request in the words of our own code, never its ids: a label of a metric must be one of few. */
export function routeLabel(route: string | undefined, url: string): string {
  if (route === undefined) return 'none'
  if (route !== '/device/v1/*') return route
  const [noun = ''] = url.slice('/device/v1/'.length).split(/[/?]/, 1)
  return DEVICE_ROUTES.has(noun) ? `/device/v1/${noun}` : route
}
