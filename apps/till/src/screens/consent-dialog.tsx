import { type ReactNode, useState } from 'react'
import { Dialog, Form, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { contactDetails } from '@holdfast/protocol'
import { Button, MoneyText, TextField } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRoom } from '../shell/till-context.tsx'
import type { AskingSale } from '../state/sale.ts'

/**
 * What only a person can add before this payment is stored: a supervisor's word or a way to reach the customer. The card
 * stays in the reader meanwhile, so it cannot be put aside: it is answered, or the sale ends.
 */
export function ConsentDialog({ sale }: { readonly sale: AskingSale }): ReactNode {
  const t = useTill()
  const needsApproval = sale.need === 'offline_approval_required'
  return (
    <ModalOverlay className="hf-scrim" isOpen isKeyboardDismissDisabled>
      <Modal className="hf-modal">
        <Dialog role="alertdialog" className="hf-dialog">
          <Heading slot="title" className="hf-dialog__heading">
            {needsApproval ? t('consent.approval.title') : t('consent.contact.title')}
          </Heading>
          <p className="consent__amount">
            <MoneyText money={sale.money} />
          </p>
          <p className="hf-dialog__body">
            {needsApproval ? t('consent.approval.body') : t('consent.contact.body')}
          </p>
          {needsApproval ? <ApprovalForm /> : <ContactForm />}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function ApprovalForm(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [approver, setApprover] = useState('')
  const [isChecked, setChecked] = useState(false)
  const name = approver.trim()

  function submit(): void {
    setChecked(true)
    if (name !== '') void till.consent({ approver: name })
  }

  return (
    <ConsentForm onSubmit={submit}>
      <TextField
        label={t('consent.approver')}
        hint={t('consent.approver.hint')}
        error={isChecked && name === '' ? t('consent.approver.missing') : undefined}
        value={approver}
        maxLength={60}
        autoFocus
        onChange={setApprover}
      />
    </ConsentForm>
  )
}

function ContactForm(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [phone, setPhone] = useState('')
  const [email, setEmail] = useState('')
  const [isChecked, setChecked] = useState(false)
  const contact = contactDetails.safeParse({ phone: textOrNull(phone), email: textOrNull(email) })
  const isWrong = (field: 'phone' | 'email') =>
    contact.error?.issues.some(({ path }) => path[0] === field) === true
  const isEmpty = textOrNull(phone) === null && textOrNull(email) === null

  function phoneProblem(): string | undefined {
    if (!isChecked) return undefined
    if (isEmpty) return t('consent.contact.missing')
    return isWrong('phone') ? t('consent.phone.invalid') : undefined
  }

  function submit(): void {
    setChecked(true)
    if (contact.success) void till.consent({ contact: contact.data })
  }

  return (
    <ConsentForm onSubmit={submit}>
      <TextField
        label={t('consent.phone')}
        type="tel"
        error={phoneProblem()}
        value={phone}
        maxLength={32}
        autoFocus
        onChange={setPhone}
      />
      <TextField
        label={t('consent.email')}
        type="email"
        error={isChecked && isWrong('email') ? t('consent.email.invalid') : undefined}
        value={email}
        maxLength={254}
        onChange={setEmail}
      />
    </ConsentForm>
  )
}

/** Enter stores; the other two ways end the sale. */
function ConsentForm({
  onSubmit,
  children,
}: {
  readonly onSubmit: () => void
  readonly children: ReactNode
}): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  return (
    <Form
      className="consent"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
      <div className="consent__actions">
        <Button type="submit" variant="primary" large wide>
          {t('consent.store')}
        </Button>
        <Button variant="outline" large wide onPress={() => void till.giveUp('paid_otherwise')}>
          {t('result.cash')}
        </Button>
        <Button large wide onPress={() => void till.giveUp('canceled')}>
          {t('result.cancel')}
        </Button>
      </div>
    </Form>
  )
}

function textOrNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}
