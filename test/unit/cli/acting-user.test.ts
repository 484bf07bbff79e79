// Danger: in a container that runs under a number without a name, every act of a person fails before it begins.
import { actingUser } from '../../../client/acting-user';

describe('who acts', () => {
  it('is the user of the operating system', () => {
    expect(actingUser(() => 'ana')).toBe('ana');
  });

  it('is the number where that has no name', () => {
    const nameless = (): string => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    };
    expect(actingUser(nameless)).toBe(`uid ${process.getuid?.() ?? 'unknown'}`);
  });
});
