import { join } from 'node:path';
import { withDatabase } from '../../store/previews/names';
import type { Settings, Source } from '../settings';
import { previewFolder, wholePreview } from './marker';

/** Settings that a preview has of its own. */
type Own = Pick<
  Settings,
  | 'state'
  | 'artifacts'
  | 'artifactsBase'
  | 'predictions'
  | 'temporalNamespace'
  | 'databaseUrl'
  | 'servingUrl'
  | 'versioning'
  | 'preview'
>;

/**
 * The settings of a preview from those of what it lies beside: the same servers, and its own database, namespace and folder.
 * Nothing that could lead into production's records is left, the address of its serving included.
 *
 * @param servingUrl where the preview itself serves, as far as the environment says
 * @throws PER_STACK_085 when there is no such preview, or it is not whole; PER_STACK_086 when the name is none
 */
export function intoPreview(settings: Settings, name: string, servingUrl: string | null): Settings {
  const marker = wholePreview(settings.previews, name);
  const folder = previewFolder(settings.previews, name);
  const own: Own = {
    preview: name,
    state: folder,
    artifacts: join(folder, 'artifacts'),
    artifactsBase: marker.artifactsBase,
    predictions: join(folder, 'predictions'),
    temporalNamespace: marker.namespace,
    databaseUrl: settings.databaseUrl === null ? null : withDatabase(settings.databaseUrl, marker.database),
    servingUrl,
    // What is edited is what a preview is for: each start of its workers goes on with what there is.
    versioning: 'off',
  };
  return { ...settings, ...own };
}

/** Where those settings come from. */
export const OWN_SOURCES: Readonly<Partial<Record<keyof Settings, Source>>> = {
  state: 'preview',
  artifacts: 'preview',
  artifactsBase: 'preview',
  predictions: 'preview',
  temporalNamespace: 'preview',
  databaseUrl: 'preview',
  versioning: 'preview',
};
