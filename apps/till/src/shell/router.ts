import { useSyncExternalStore } from 'react'

/** Where the person is; kept in the fragment so that the back button of a phone works and no server is asked. */
export type Route =
  | { readonly name: 'sell' }
  | { readonly name: 'orders' }
  | { readonly name: 'payments' }
  | { readonly name: 'payment'; readonly paymentId: string }
  | { readonly name: 'receipt'; readonly paymentId: string }
  | { readonly name: 'tip'; readonly paymentId: string }
  | { readonly name: 'more' }

export function parseRoute(fragment: string): Route {
  const [first, paymentId, third] = fragment.replace(/^#\/?/, '').split('/')
  if (first === 'more' || first === 'orders') return { name: first }
  if (first !== 'payments') return { name: 'sell' }
  if (paymentId === undefined || paymentId === '') return { name: 'payments' }
  return { name: third === 'receipt' || third === 'tip' ? third : 'payment', paymentId }
}

export function fragmentOf(route: Route): string {
  switch (route.name) {
    case 'sell':
      return '#/'
    case 'orders':
      return '#/orders'
    case 'payments':
      return '#/payments'
    case 'payment':
      return `#/payments/${route.paymentId}`
    case 'receipt':
    case 'tip':
      return `#/payments/${route.paymentId}/${route.name}`
    case 'more':
      return '#/more'
  }
}

export function goTo(route: Route): void {
  globalThis.location.hash = fragmentOf(route)
}

export function useRoute(): Route {
  const fragment = useSyncExternalStore(subscribe, () => globalThis.location.hash)
  return parseRoute(fragment)
}

function subscribe(listener: () => void): () => void {
  globalThis.addEventListener('hashchange', listener)
  return () => globalThis.removeEventListener('hashchange', listener)
}
