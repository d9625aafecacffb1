# balance.py — what basin-cli says of a Jacobian: answers in words, and what is wrong with it
#
# Usage: balance.py BASIN-CLI [TEST...]
#
# SPDX-License-Identifier: Apache-2.0

import json
import os
import subprocess
import sys
import tempfile
import unittest

CLI = sys.argv.pop(1)
J2 = "-4,1,1\n6,1,1\n"


class BalanceTest(unittest.TestCase):
    def balance(self, method, *words, text=J2, status=0):
        done = subprocess.run(
            [CLI, "balance", method, "--jacobian", "-", *words],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.assertEqual(done.returncode, status, f"{method} {words}: {done.stderr}")
        self.assertEqual(bool(done.stderr), status != 0)
        return done.stderr if status != 0 else done.stdout

    def test_no_weights(self):
        for method in ("graddrop", "trimmed-mean"):
            text = J2 + "1,1,1\n"
            self.assertIsNone(json.loads(self.balance(method, "--json", text=text))["weights"])
            weights, direction = self.balance(method, text=text).splitlines()
            said = f"none: the direction of {method} is not a weighted sum of the rows"
            self.assertEqual(weights, f"weights   {said}")
            self.assertEqual(len(direction.split()), 4)
        self.assertIn("weights   0.600000000 0.400000000\n", self.balance("mgda"))

    def test_sum_not_above_zero(self):
        told = subprocess.run([CLI, "methods", "balancer"], capture_output=True, text=True)
        self.assertIn("whose sum is not above 0, as Aligned-MTL may give, stay", told.stdout)
        words = ["--set", "preference=task1:0,task2:1", "--json"]
        text = "1,0\n3,0.1\n"
        plain = json.loads(self.balance("aligned", *words, text=text))["weights"]
        again = self.balance("aligned", *words, "--set", "rescale=mean", text=text)
        self.assertLess(sum(plain), 0)
        self.assertEqual(json.loads(again)["weights"], plain)

    def test_numbers_of_tasks(self):
        told = subprocess.run([CLI, "methods", "balancer"], capture_output=True, text=True)
        self.assertRegex(told.stdout, "preference .* 0…1e.06 or TASK:NUMBER,…  How much")
        for wrong in ("1,2", "task1=2", "task1:x"):
            told = self.balance("upgrad", "--set", f"preference={wrong}", status=1)
            self.assertIn("a number from 0 to 1000000, or one for each task named, ", told)
            self.assertIn(f"TASK:NUMBER,TASK:NUMBER, found “{wrong}”", told)
        told = self.balance("upgrad", "--set", "preference=left:1", status=1)
        self.assertIn("the task “left”, which is not one of the tasks here", told)
        self.assertIn("task1:NUMBER,task2:NUMBER\n", told)
        told = self.balance("upgrad", "--set", "preference=task1:1, task1:2", status=1)
        self.assertIn("NUMBER, found “task1” twice", told)
        self.balance("upgrad", "--set", "preference=task1:1,task2:2")
        told = subprocess.run([CLI, "balance", "--help"], capture_output=True, text=True)
        self.assertIn("the tasks are task1, task2", told.stdout)

    def balance_file(self, path):
        words = [CLI, "balance", "mgda", "--jacobian", path]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        return done.stderr

    def test_one_limit(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(J2.encode())
            file.truncate(256 * 2**20 + 1)
            file.flush()
            told = self.balance_file(file.name)
            self.assertIn(f"{file.name}: a Jacobian has at most 256 MiB", told)
            file.seek(0)
            words = [CLI, "balance", "mgda", "--jacobian", "-"]
            done = subprocess.run(words, stdin=file, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("standard input: a Jacobian has at most 256 MiB", done.stderr)
        self.assertIn("write fewer digits or fewer columns", done.stderr)

    def test_more_than_64_mib(self):
        blank = " " * 2**20
        self.assertEqual(self.balance("mgda", text=blank * 70 + J2), self.balance("mgda"))

    def test_byte_order_mark(self):
        self.assertEqual(self.balance("mgda", text="\ufeff" + J2), self.balance("mgda"))

    def test_no_numbers(self):
        for text, place, found in (
            ("1 2\n\n3 nan\n", "line 3, column 2", "nan"),
            ("1e999\n", "line 1, column 1", "1e999"),
            ("1;-inf # x\n", "line 1, column 2", "-inf"),
            ("1 2\n1,x2\n", "line 2, column 2", "x2"),
            ("1 2\n1\0 2\n", "line 2, column 2", "\\0"),
        ):
            told = self.balance("mgda", text=text, status=1)
            self.assertIn(f"standard input, {place}: a finite number is expected, but", told)
            self.assertIn(f"“{found}” stands there; put a number in its place", told)
        told = self.balance("uw", "--losses", "1,nan", status=1)
        self.assertIn("--losses, column 2: a finite number is expected, but “nan”", told)
        with tempfile.NamedTemporaryFile() as file:
            self.assertIn(f"{file.name}: 1 to 64 rows are expected", self.balance_file(file.name))
            file.write(b"1 2\n\xff\xfe 1\n")
            file.flush()
            told = self.balance_file(file.name)
            self.assertIn(f"{file.name}, line 2, column 1: a finite number is expected", told)
            told = self.balance_file(os.path.dirname(file.name))
            self.assertIn("cannot be read: Is a directory", told)
        self.assertIn(f"{file.name} cannot be read: No such file", self.balance_file(file.name))

    def test_products_overflow(self):
        told = self.balance("mgda", text="1,2\n-3,1e200\n", status=1)
        self.assertIn("standard input: row 2, column 2 of the Jacobian is 1e+200; ", told)
        self.assertIn("divide all rows by one number, so that none has more than 1e150", told)
        self.balance("mgda", text="1,2\n-3,1e150\n")

    def test_names_the_task(self):
        words = ["--losses", "1,-2"]
        told = self.balance("gls", *words, status=1)
        self.assertIn("gls: the loss of task2 is -2, and ratios", told)
        words += ["--set", "min-losses=task1:0,task2:-1"]
        told = self.balance("famo", *words, status=1)
        self.assertIn("famo: the loss of task2 is -2, below", told)


if __name__ == "__main__":
    unittest.main()
