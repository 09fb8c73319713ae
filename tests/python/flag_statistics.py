"""An independent reading of docs/FLAGS.md with scipy: the mixture of the sequential test is integrated as a number, not
taken from its closed form, and the interval is where that integral meets 1/alpha. Reads one JSON object a line with the
counts of two variants, writes what follows from them."""

import json
import math
import sys

from scipy import integrate, optimize, stats

PLANNED = 5_000


def spread(alpha):
    log = -2 * math.log(alpha)
    return (log + math.log(log) + 1) / PLANNED


def e_value(difference, error, scale):
    """The likelihood of the difference under a normal mixture of effects, over that under none."""
    def ratio(effect):
        under = stats.norm.logpdf(difference, effect, error)
        return math.exp(under - stats.norm.logpdf(difference, 0, error)) * stats.norm.pdf(effect, 0, scale)

    # where the product of both normals has its weight
    shrunk = difference * scale**2 / (scale**2 + error**2)
    width = 12 * error * scale / math.hypot(error, scale)
    return integrate.quad(ratio, shrunk - width, shrunk + width, epsabs=0, epsrel=1e-10, limit=400)[0]


def compare(asked):
    alpha = asked["alpha"]
    rates, variances, users = [], [], 0
    for arm in (asked["baseline"], asked["other"]):
        count = arm["users"] + 2
        rate = (arm["converted"] + 1) / count
        rates.append(rate)
        variances.append(stats.binom.var(1, rate) / count)
        users += count
    difference, error = rates[1] - rates[0], math.sqrt(sum(variances))
    scale = error * math.sqrt(users * spread(alpha))

    def outside(half):
        return e_value(half, error, scale) - 1 / alpha

    half = optimize.brentq(outside, error / 10, 20 * error, xtol=1e-14, rtol=1e-12)
    e = e_value(difference, error, scale)
    ratio = asked["ratio"]
    total, shares = sum(ratio["counts"]), sum(ratio["shares"])
    chi = stats.chisquare(ratio["counts"], [total * share / shares for share in ratio["shares"]])
    return {
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "e_value": e,
        "p_value": min(1, 1 / e),
        "chi_square": chi.statistic,
        "ratio_p": chi.pvalue,
    }


for line in sys.stdin:
    print(json.dumps(compare(json.loads(line))), flush=True)
