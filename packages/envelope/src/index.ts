export { type OpenedCard, openCard, sealCard } from './card-seal.ts'
export { openContact, sealContact } from './contact-seal.ts'
export {
  makeRecord,
  type OpenedRecord,
  openRecord,
  type ReadRecord,
  readRecord,
  type RecordOwner,
  type RecordRefusal,
  type SealedRecord,
  sha256Text,
} from './record-envelope.ts'
export {
  openStatement,
  parseJson,
  type PublicKeys,
  signStatement,
  signText,
  verifyText,
} from './statement.ts'
export { fromUtf8, utf8 } from './utf8.ts'
