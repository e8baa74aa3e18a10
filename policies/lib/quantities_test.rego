package policies.lib.quantities_test

import data.policies.lib.quantities

_one := 1000000000

test_every_suffix_counts if {
	every text, wanted in {
		"3": 3 * _one,
		"3n": 3,
		"3u": 3000,
		"3m": 3000000,
		"3k": 3000 * _one,
		"3M": 3000000 * _one,
		"3G": 3000000000 * _one,
		"3T": 3000000000000 * _one,
		"3P": 3000000000000000 * _one,
		"3E": 3000000000000000000 * _one,
		"3Ki": 3072 * _one,
		"3Mi": 3145728 * _one,
		"3Gi": 3221225472 * _one,
		"3Ti": 3298534883328 * _one,
		"3Pi": 3377699720527872 * _one,
		"3Ei": 3458764513820540928 * _one,
	} {
		quantities.parse(text) == wanted
	}
}

test_an_exponent_is_decimal if {
	every text in [
		"1500", "1.5e3", "1.5E3", "1.5e+3", "15e2", "1500000e-3", "1.5e03", "1.5k", "1500e0",
	] {
		quantities.parse(text) == 1500 * _one
	}
}

test_e_alone_is_a_suffix if {
	quantities.parse("1E") == quantities.parse("1e18")
	quantities.parse("1e") == null
}

test_spellings_of_one_quantity_are_equal if {
	every spellings in [
		["0.1", "100m", ".1", "00.100", "+0.1", 0.1],
		["1Gi", "1024Mi", "1048576Ki", "1073741824", 1073741824],
		["0.5Gi", "512Mi", ".5Gi", "0.50Gi"],
		["2", "2.", "2000m", 2, 2.0],
		["1.5", 1.5, "1500m"],
		["0", "0m", "0Gi", "-0", "00.00", "0e9", 0],
	] {
		count({quantities.parse(spelling) | some spelling in spellings}) == 1
		quantities.parse(spellings[0]) != null
	}
}

test_quantities_are_not_compared_as_text if {
	every pair in [
		["900m", "1"], ["9", "10"], ["128Mi", "1Gi"], ["1G", "1Gi"], ["1Ki", "1025"], ["99n", "1u"],
		["6Ei", "7E"], ["9007199254740992", "9007199254740993"], ["0.1", "0.100000001"],
	] {
		quantities.parse(pair[0]) < quantities.parse(pair[1])
	}
}

test_sums_that_floats_get_wrong_are_exact if {
	quantities.parse("0.3") == quantities.parse("0.1") + quantities.parse("0.2")
	quantities.parse("1.1Ki") == 1126400000000
	quantities.parse("4.35") == 4350000000
}

test_what_is_finer_than_a_billionth_is_rounded_up if {
	quantities.parse("1.0000000001") == _one + 1
	quantities.parse("0.0000000001") == 1
	quantities.parse("1e-10") == 1
	quantities.parse("2.5n") == 3
	quantities.parse("1e-999999999") == 1
	quantities.parse("1.0000000010") == _one + 1
	quantities.parse("-0.0000000001") == -1
	quantities.parse("0.3333333333Ki") == 341333333300
	quantities.parse("0.33333333333Ki") == 341333333330
	quantities.parse("0.333333333333Ki") == 341333333333
}

test_a_sign_is_read if {
	quantities.parse("+5") == 5 * _one
	quantities.parse("-5") == -5 * _one
	quantities.parse("-250m") == -250000000
}

test_huge_ones_end_at_the_largest_there_is if {
	largest := 9223372036854775807 * _one
	every text in [
		"9223372036854775807", "9223372036854775808", "8Ei", "10E", "1e19", "1e999999999",
		"123456789012345678901234567890123456Ei", "9223372036854775807.5",
	] {
		quantities.parse(text) == largest
	}
	quantities.parse("9223372036854775806") == largest - _one
	quantities.parse("7.999999999999999999Ei") < largest
	quantities.parse("-10E") == 0 - largest
}

test_long_numbers_keep_every_digit if {
	quantities.parse("1234567890123456789.123456789") == (1234567890123456789 * _one) + 123456789
	quantities.parse("1000000000000000001") == 1000000000000000001 * _one
	quantities.parse("0.000000000000000000000000000000000000000000001") == 1
	quantities.parse("000000000000000000000000000000000000000000001") == _one
	quantities.parse("1234567890123456789012345678901234567") == null
}

test_numbers_of_a_file_are_read if {
	quantities.parse(0.05) == 50000000
	quantities.parse(104857600) == 104857600 * _one
	quantities.parse(1e21) == quantities.parse("9223372036854775807")
	quantities.parse(0.0000001) == 100
	quantities.parse(123456789.5) == 123456789500000000
}

test_what_is_no_quantity_is_null if {
	every wrong in [
		"", ".", "+", "Gi", "1 Gi", " 1", "1 ", "1K", "1gi", "1GI", "1mi", "1Gib", "1i", "1e", "1e+",
		"1e1.5", "1.1.1", "1,5", "--1", "1-", "0x1F", "1_000", "one", "1Mi\n", "1e9999999999", "½", "١",
		"1e3Ki", "{{ .Values.memory }}", "max",
		null, true, [], {}, ["1Gi"], {"memory": "1Gi"},
	] {
		quantities.parse(wrong) == null
	}
}

test_zero_has_many_spellings if {
	every zero in ["0", "0m", "0Gi", "+0", "-0", ".0", "0.000", "0e5", 0, 0.0] {
		quantities.is_zero(zero)
	}
}

test_nothing_else_is_zero if {
	every other in ["1", "0.1", "10", "0.0000000001", "", "0x", "none", null, false, [], {}, 1, 0.1] {
		not quantities.is_zero(other)
	}
}
