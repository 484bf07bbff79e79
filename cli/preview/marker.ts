import { join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { checkPreviewName } from '../../store/previews/names';
import { readJson, writePrivate } from '../../workers/embedded/stack-file';

/** What `<previews>/<name>/preview.json` says: what the commands in a preview need to find its parts. */
export const Marker = z.object({
  format: z.literal(1),
  name: z.string(),
  /** `making` and `dropping` stay behind where that was cut: neither can be used, both can be dropped. */
  state: z.enum(['making', 'whole', 'dropping']),
  database: z.string(),
  namespace: z.string(),
  /** Root of the artifact store that is only read. */
  artifactsBase: z.string(),
});
export type Marker = z.infer<typeof Marker>;

/** The folder of a preview: its marker, its artifacts, its predictions, its bundles. */
export function previewFolder(previews: string, name: string): string {
  return join(previews, name);
}

/** Reads the marker of a preview; null when there is none or it cannot be understood. */
export function readMarker(folder: string): Marker | null {
  return Marker.safeParse(readJson(join(folder, 'preview.json'))).data ?? null;
}

/** Writes the marker, whole or not at all. */
export function writeMarker(folder: string, marker: Marker): void {
  writePrivate(join(folder, 'preview.json'), marker);
}

/**
 * The marker of a preview that can be worked in.
 *
 * @throws PER_STACK_085 when there is none, or when it is not whole; PER_STACK_086 when the name is none
 */
export function wholePreview(previews: string, name: string): Marker {
  const folder = previewFolder(previews, checkPreviewName(name));
  const marker = readMarker(folder);
  if (marker === null) throw perennialError('PER_STACK_085', `There is no preview '${name}' in ${previews}.`);
  if (marker.state === 'whole') return marker;
  const what = marker.state === 'making' ? 'making' : 'dropping';
  throw perennialError(
    'PER_STACK_085',
    `The preview '${name}' is not whole: ${what} it was cut short, or is still going on. \`perennial preview drop ${name}\` removes what is there.`,
  );
}
