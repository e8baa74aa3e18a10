# Quantities of Kubernetes, such as "250m" or "1.5Gi", as exact integers that can be compared.
#
# All are functions of what they read, and nothing here is ever an evaluation error.
package policies.lib.quantities

# A quantity in billionths. What is finer is rounded away from zero and what is beyond 2^63 - 1 is
# that number: the API server does both. Null for what isn't a quantity or has more than 36 digits.
parse(value) := billionths if {
	parts := _parts(value)
	digits := trim_left(concat("", [parts[2], parts[3]]), "0")
	count(digits) <= 36
	scale := (_exponent(parts) + 9) - count(parts[3])
	size := _shifted(_multiplied(digits, parts[4]), scale)
	billionths := {"": 1, "+": 1, "-": -1}[parts[1]] * size
} else := null

# Whether a quantity is written and is zero.
is_zero(value) if value == 0

is_zero(value) if {
	is_string(value)

	# Nearly every quantity begins with another digit.
	strings.any_prefix_match(value, ["0", "+", "-", "."])
	parse(value) == 0
}

# The whole text, the sign, the digits before and after the point, the suffix, and the sign and the
# digits of its exponent. A number is read as it is written shortest.
_parts(value) := parts if {
	pattern := concat("", [
		`^([+-]?)([0-9]*)(?:\.([0-9]*))?`,
		`([numkMGTPE]?|[KMGTPE]i|[eE]([+-]?)0*([0-9]{1,9}))$`,
	])
	parts := regex.find_all_string_submatch_n(pattern, _text(value), 1)[0]
	concat("", [parts[2], parts[3]]) != ""
}

_text(value) := value if is_string(value)

_text(value) := sprintf("%v", [value]) if is_number(value)

# The power of ten that the suffix stands for.
_exponent(parts) := exponent if {
	exponent := _exponents[parts[4]]
} else := 0 if {
	endswith(parts[4], "i")
} else := 0 - to_number(parts[6]) if {
	parts[5] == "-"
} else := to_number(parts[6])

_exponents := {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}

_multiplied(digits, suffix) := product if {
	product := format_int(_number(digits) * _multipliers[suffix], 10)
} else := digits

_multipliers := {
	"Ki": 1024,
	"Mi": 1048576,
	"Gi": 1073741824,
	"Ti": 1099511627776,
	"Pi": 1125899906842624,
	"Ei": 1152921504606846976,
}

# The digits with the point moved to the right by `scale` places, or to the left.
_shifted(digits, scale) := 0 if {
	digits in {"", "0"}
} else := _most if {
	count(digits) + scale > 28
} else := min([_most, _number(concat("", [digits, zeros]))]) if {
	scale >= 0
	zeros := substring("0000000000000000000000000000", 0, scale)
} else := 1 if {
	count(digits) + scale <= 0
} else := min([_most, _number(kept) + _carry(lost)]) if {
	kept := substring(digits, 0, count(digits) + scale)
	lost := substring(digits, count(digits) + scale, -1)
}

_most := 9223372036854775807 * 1000000000

_carry(lost) := 0 if {
	trim_left(lost, "0") == ""
} else := 1

# Up to 36 digits as a number. Longer ones than 18 are put together: read at once they would become
# a number with a floating point.
_number(digits) := _short(digits) if {
	count(digits) <= 18
} else := (_short(high) * 1000000000000000000) + _short(low) if {
	high := substring(digits, 0, count(digits) - 18)
	low := substring(digits, count(digits) - 18, -1)
}

_short(digits) := 0 if {
	trim_left(digits, "0") == ""
} else := to_number(trim_left(digits, "0"))
