// Danger: a database that is to be read only is written to, since the setting was lost in the URL or replaced another one.
import { readOnlyUrl } from '../../../store/db';

const SETTING = 'options=-c%20default_transaction_read_only%3Don';

test.each([
  ['postgres://u:p%40w@h:5/db', `postgres://u:p%40w@h:5/db?${SETTING}`],
  ['postgresql://h/db?sslmode=require', `postgresql://h/db?sslmode=require&${SETTING}`],
  [
    'postgres://h/db?options=-c%20search_path%3Dmine',
    'postgres://h/db?options=-c%20search_path%3Dmine%20-c%20default_transaction_read_only%3Don',
  ],
])('%s', (url, expected) => {
  expect(readOnlyUrl(url)).toBe(expected);
});
