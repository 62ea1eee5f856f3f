"""Run with: /usr/bin/python3 -m unittest"""

import json
import os
import tempfile
import unittest

import filmloom
import reader


class Reader(unittest.TestCase):
    def test_counts_words(self):
        self.assertEqual(reader.count(filmloom.Call({"text": "one two\nthree"})), {"words": 3, "seconds": 1.2})

    def test_an_empty_text_is_refused(self):
        with self.assertRaises(filmloom.InvalidInput):
            reader.count(filmloom.Call({"text": " "}))

    def test_goes_on_where_it_was_interrupted(self):
        with tempfile.TemporaryDirectory() as work:
            done = [{"start": 0, "end": 2.0, "text": "kept"}]
            call = filmloom.Call({"text": "one\ntwo words", "seconds_per_line": 0}, work,
                                 checkpoint=json.dumps(done).encode())
            self.assertEqual(reader.recite(call)["lines"], 2)
            with open(os.path.join(work, "recital.srt"), encoding="utf-8") as f:
                self.assertEqual(f.read(), "1\n00:00:00,000 --> 00:00:02,000\nkept\n\n"
                                           "2\n00:00:02,000 --> 00:00:02,800\ntwo words\n\n")

    def test_ends_when_cancelled(self):
        call = filmloom.Call({"text": "one", "seconds_per_line": 3600})
        call.cancel()
        with self.assertRaises(filmloom.Cancelled):
            reader.recite(call)


if __name__ == "__main__":
    unittest.main()
