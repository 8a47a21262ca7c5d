import { z } from 'zod';
import { Model } from './model.js';

export const STATES = ['announced', 'collected', 'depot', 'van', 'agent', 'delivered', 'returned'] as const;

export const parcelModel = new Model(
  'parcels',
  'number',
  z.object({
    number: z.string(),
    token: z.string(),
    weight_g: z.number().int(),
    goods_class: z.number().int().nullable(),
    cold: z.boolean(),
    state: z.enum(STATES),
    zip: z.string(),
  }),
);

export type Parcel = z.infer<typeof parcelModel.schema>;

/** ADR class of dangerous goods, in words. */
export function classification(parcel: Parcel): string {
  const classes = ['explosives', 'gases', 'flammable liquids', 'flammable solids', 'oxidising', 'toxic', 'radioactive', 'corrosive', 'other'];
  return parcel.goods_class ? classes[parcel.goods_class - 1] : 'none';
}
