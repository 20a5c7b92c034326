import { Delete } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslate } from '../language/language-provider.tsx'
import { Button } from './button.tsx'

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0'] as const
export type KeypadKey = (typeof DIGITS)[number] | 'backspace'

/** Digits run in from the right, as on a cash register. The keys of a keyboard are the screen's to bind. */
export function Keypad({ onKey }: { readonly onKey: (key: KeypadKey) => void }): ReactNode {
  const t = useTranslate()
  return (
    <div className="hf-keypad" role="group" aria-label={t('keypad.label')}>
      {DIGITS.map((digit) => (
        <Button key={digit} onPress={() => onKey(digit)}>
          {digit}
        </Button>
      ))}
      <Button
        aria-label={t('keypad.backspace')}
        icon={<Delete aria-hidden size={26} />}
        onPress={() => onKey('backspace')}
      />
    </div>
  )
}
