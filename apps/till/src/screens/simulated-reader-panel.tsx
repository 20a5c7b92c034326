import { ChevronDown, ChevronUp, Nfc } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { type CardName, cardNames } from '@holdfast/reader'
import { Button } from '@holdfast/ui'
import { useCardTexts, useTill } from '../messages/index.ts'
import { useRoom } from '../shell/till-context.tsx'

/** What a first-time visitor wants to try; the rest waits behind a button. */
const FIRST_CARDS: readonly CardName[] = [
  'visa',
  'mastercard',
  'contactless_visa',
  'declined_51',
  'declined_late_51',
  'offline_approving',
  'prepaid',
]

/** Stands in for the card reader on the counter, and says so. */
export function SimulatedReaderPanel({ isWaiting }: { readonly isWaiting: boolean }): ReactNode {
  const t = useTill()
  const [isOpen, setOpen] = useState(false)
  const cards = isOpen ? [...FIRST_CARDS, ...otherCards()] : FIRST_CARDS
  return (
    <section className="reader" aria-labelledby="reader-title">
      <header className="reader__head">
        <Nfc aria-hidden size={22} />
        <div>
          <h2 id="reader-title">{t('reader.title')}</h2>
          <p>{t('reader.note')}</p>
        </div>
      </header>
      <ul className="reader__cards">
        {cards.map((name) => (
          <li key={name}>
            <CardButton name={name} isDisabled={!isWaiting} />
          </li>
        ))}
      </ul>
      <Button
        variant="plain"
        wide
        aria-expanded={isOpen}
        icon={isOpen ? <ChevronUp aria-hidden size={20} /> : <ChevronDown aria-hidden size={20} />}
        onPress={() => setOpen(!isOpen)}
      >
        {isOpen ? t('reader.fewer') : t('reader.more')}
      </Button>
    </section>
  )
}

function CardButton({
  name,
  isDisabled,
}: {
  readonly name: CardName
  readonly isDisabled: boolean
}): ReactNode {
  const text = useCardTexts()[name]
  const { till } = useRoom()
  return (
    <AriaButton
      className="reader__card"
      data-card={name}
      aria-label={text.name}
      aria-describedby={`card-${name}`}
      isDisabled={isDisabled}
      onPress={() => till.presentCard(name)}
    >
      <span className="reader__plastic" aria-hidden />
      <span className="reader__name">{text.name}</span>
      <span className="reader__does" id={`card-${name}`}>
        {text.does}
      </span>
    </AriaButton>
  )
}

function otherCards(): readonly CardName[] {
  return cardNames.filter((name) => !FIRST_CARDS.includes(name))
}
