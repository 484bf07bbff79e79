// Danger: two steps on one GPU, whose memory is too small for both; a GPU that nobody uses; or a list that is read otherwise
// than CUDA does.
import { findDevices, parseListing, slotsFor } from '../../../workers/devices';

// The form of `nvidia-smi -L`, without and with parted GPUs.
const TWO = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000001)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000002)
`;
const PARTED = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000003)
  MIG 3g.20gb     Device  0: (UUID: MIG-22222222-aaaa-bbbb-cccc-000000000001)
  MIG 1g.5gb      Device  1: (UUID: MIG-GPU-22222222-aaaa-bbbb-cccc-000000000002/3/0)
GPU 1: Tesla T4 (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000004)
`;

test.each([
  ['GPUs', TWO, ['GPU-11111111-aaaa-bbbb-cccc-000000000001', 'GPU-11111111-aaaa-bbbb-cccc-000000000002']],
  [
    'a parted GPU',
    PARTED,
    [
      'MIG-22222222-aaaa-bbbb-cccc-000000000001',
      'MIG-GPU-22222222-aaaa-bbbb-cccc-000000000002/3/0',
      'GPU-11111111-aaaa-bbbb-cccc-000000000004',
    ],
  ],
  ['no driver', "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", []],
  ['nothing', '', []],
])('a listing of %s', (_, text, names) => {
  expect(parseListing(text)).toEqual(names);
});

const never = () => {
  throw new Error('not to be asked');
};

test.each<[string, string | undefined, NodeJS.ProcessEnv, string[]]>([
  ['the flag first', '0,1', { PERENNIAL_DEVICES: '2', CUDA_VISIBLE_DEVICES: '3' }, ['0', '1']],
  ['then the variable of ours', undefined, { PERENNIAL_DEVICES: '2,2', CUDA_VISIBLE_DEVICES: '3' }, ['2', '2']],
  ["then CUDA's", undefined, { PERENNIAL_DEVICES: '', CUDA_VISIBLE_DEVICES: '3,GPU-4' }, ['3', 'GPU-4']],
  ['to the first that is none', undefined, { CUDA_VISIBLE_DEVICES: '0,-1,2' }, ['0']],
  ['none, by an empty variable', undefined, { CUDA_VISIBLE_DEVICES: '' }, []],
  ['none, by word', 'none', {}, []],
])('devices are named by %s', (_, told, variables, names) => {
  expect(findDevices('gpu', told, variables, never).names).toEqual(names);
});

test('else nvidia-smi is asked, for the pool gpu alone', () => {
  expect(findDevices('gpu', undefined, {}, () => TWO).names).toHaveLength(2);
  expect(findDevices('gpu', undefined, {}, () => null).names).toEqual([]);
  expect(findDevices('cpu', undefined, { PERENNIAL_DEVICES: '0' }, never).names).toEqual([]);
});

test('what is no device is refused, and so are more slots than devices', () => {
  expect(() => findDevices('gpu', '0,gpu1', {}, never)).toThrow('PER_STACK_050');
  const two = { names: ['0', '1'], source: '' };
  expect(slotsFor(two, undefined)).toBe(2);
  expect(slotsFor(two, 1)).toBe(1);
  expect(() => slotsFor(two, 3)).toThrow('PER_STACK_051');
  expect(slotsFor({ names: [], source: '' }, undefined)).toBeUndefined();
});
