import type { MetadataRefusal } from '../../../metadata/metadata.ts'
import { invalidParameter, type StripeRefusal } from '../stripe-refusal.ts'

/** Which key broke which of the rules for metadata, in Stripe's words. */
export function metadataRefusal({ why, key }: MetadataRefusal): StripeRefusal {
  switch (why) {
    case 'key_too_long':
      return invalidParameter(
        'metadata',
        `Metadata keys can be up to 40 characters long. '${key ?? ''}' is longer.`,
      )
    case 'value_too_long':
      return invalidParameter(
        `metadata[${key ?? ''}]`,
        `Metadata values can have up to 500 characters. The value of '${key ?? ''}' has more.`,
      )
    case 'too_many_keys':
      return invalidParameter(
        'metadata',
        'Metadata can have up to 50 keys. Delete some by giving them an empty value.',
      )
  }
}
