import { LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'

/** Says nothing to a screen reader: the words beside it do. */
export function Spinner({ size = 28 }: { readonly size?: number }): ReactNode {
  return <LoaderCircle className="hf-spinner" size={size} aria-hidden />
}
