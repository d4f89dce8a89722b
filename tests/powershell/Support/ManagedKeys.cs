using System.Numerics;
using System.Security.Cryptography;

namespace CertBroker.Tests.Support;

/// <summary>RSA in managed arithmetic: slow and without protection against anybody who measures. For tests only.</summary>
internal sealed class ManagedRsa : RSA
{
    private static readonly byte[] Sha256Prefix = Convert.FromHexString("3031300D060960864801650304020105000420");
    private RSAParameters key;

    public ManagedRsa(int bits)
    {
        KeySizeValue = bits;
        LegalKeySizesValue = [new KeySizes(1024, 16384, 8)];
        BigInteger e = 65537;
        for (;;)
        {
            BigInteger p = Numbers.Prime(bits / 2), q = Numbers.Prime(bits / 2);
            BigInteger phi = (p - 1) * (q - 1), n = p * q;
            if (p == q || !BigInteger.GreatestCommonDivisor(phi, e).IsOne || n.GetBitLength() != bits)
            {
                continue;
            }
            BigInteger d = Numbers.Inverse(e, phi);
            int half = bits / 16;
            key = new RSAParameters
            {
                Modulus = Numbers.Bytes(n, bits / 8),
                Exponent = Numbers.Bytes(e, 3),
                D = Numbers.Bytes(d, bits / 8),
                P = Numbers.Bytes(p, half),
                Q = Numbers.Bytes(q, half),
                DP = Numbers.Bytes(d % (p - 1), half),
                DQ = Numbers.Bytes(d % (q - 1), half),
                InverseQ = Numbers.Bytes(Numbers.Inverse(q, p), half),
            };
            return;
        }
    }

    public override RSAParameters ExportParameters(bool includePrivateParameters) =>
        includePrivateParameters ? key : new RSAParameters { Modulus = key.Modulus, Exponent = key.Exponent };

    public override void ImportParameters(RSAParameters parameters) => key = parameters;

    public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)
    {
        if (hashAlgorithm != HashAlgorithmName.SHA256 || padding != RSASignaturePadding.Pkcs1)
        {
            throw new NotSupportedException("PKCS#1 with SHA-256 only");
        }
        int size = key.Modulus!.Length;
        byte[] padded = [0, 1, .. Enumerable.Repeat((byte)0xff, size - 3 - Sha256Prefix.Length - hash.Length), 0, .. Sha256Prefix, .. hash];
        return Numbers.Bytes(BigInteger.ModPow(Numbers.Read(padded), Numbers.Read(key.D!), Numbers.Read(key.Modulus)), size);
    }
}

/// <summary>ECDSA on P-256 in managed arithmetic, for tests only.</summary>
internal sealed class ManagedEcdsa : ECDsa
{
    private static readonly BigInteger P = Numbers.Hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger N = Numbers.Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    private static readonly (BigInteger X, BigInteger Y) G = (
        Numbers.Hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
        Numbers.Hex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"));

    private readonly BigInteger secret;
    private readonly (BigInteger X, BigInteger Y) point;

    public ManagedEcdsa()
    {
        KeySizeValue = 256;
        LegalKeySizesValue = [new KeySizes(256, 256, 0)];
        secret = Numbers.Below(N);
        point = Multiply(G, secret);
    }

    public override ECParameters ExportParameters(bool includePrivateParameters) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Numbers.Bytes(point.X, 32), Y = Numbers.Bytes(point.Y, 32) },
        D = includePrivateParameters ? Numbers.Bytes(secret, 32) : null,
    };

    public override ECParameters ExportExplicitParameters(bool includePrivateParameters) => throw new NotSupportedException();

    public override byte[] SignHash(byte[] hash)
    {
        BigInteger e = Numbers.Read(hash.AsSpan(0, Math.Min(32, hash.Length)).ToArray());
        for (;;)
        {
            BigInteger k = Numbers.Below(N);
            BigInteger r = Multiply(G, k).X % N;
            BigInteger s = Numbers.Inverse(k, N) * (e + r * secret) % N;
            if (!r.IsZero && !s.IsZero)
            {
                return [.. Numbers.Bytes(r, 32), .. Numbers.Bytes(s, 32)];
            }
        }
    }

    public override bool VerifyHash(byte[] hash, byte[] signature) => throw new NotSupportedException("only signs");

    private static (BigInteger X, BigInteger Y) Multiply((BigInteger X, BigInteger Y) factor, BigInteger times)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (long bit = times.GetBitLength() - 1; bit >= 0; --bit)
        {
            sum = sum is { } twice ? Add(twice, twice) : null;
            if (((times >> (int)bit) & 1).IsOne)
            {
                sum = sum is { } before ? Add(before, factor) : factor;
            }
        }
        return sum!.Value;
    }

    // Opposite points, whose sum is no pair of numbers, do not meet in a multiplication by less than N.
    private static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        BigInteger slope = a == b
            ? 3 * (a.X * a.X - 1) * Numbers.Inverse(2 * a.Y, P)
            : (b.Y - a.Y) * Numbers.Inverse(Numbers.Mod(b.X - a.X, P), P);
        BigInteger x = Numbers.Mod(slope * slope - a.X - b.X, P);
        return (x, Numbers.Mod(slope * (a.X - x) - a.Y, P));
    }
}

internal static class Numbers
{
    private static readonly int[] SmallPrimes = [.. Enumerable.Range(3, 2000).Where(n => Enumerable.Range(2, (int)Math.Sqrt(n) - 1).All(d => n % d != 0))];

    public static BigInteger Read(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    public static BigInteger Hex(string digits) => Read(Convert.FromHexString(digits));

    public static byte[] Bytes(BigInteger number, int size)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[size - bytes.Length], .. bytes];
    }

    public static BigInteger Mod(BigInteger number, BigInteger modulus)
    {
        BigInteger rest = number % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    /// <summary>By Euclid.</summary>
    public static BigInteger Inverse(BigInteger number, BigInteger modulus)
    {
        (BigInteger a, BigInteger b, BigInteger x, BigInteger y) = (Mod(number, modulus), modulus, 1, 0);
        while (!b.IsZero)
        {
            BigInteger times = a / b;
            (a, b, x, y) = (b, a - times * b, y, x - times * y);
        }
        return Mod(x, modulus);
    }

    public static BigInteger Below(BigInteger limit)
    {
        for (;;)
        {
            BigInteger number = Read(RandomNumberGenerator.GetBytes((int)(limit.GetBitLength() + 7) / 8));
            if (number.Sign > 0 && number < limit)
            {
                return number;
            }
        }
    }

    public static BigInteger Prime(int bits)
    {
        for (;;)
        {
            BigInteger candidate = Read(RandomNumberGenerator.GetBytes(bits / 8)) | 1 | (new BigInteger(3) << (bits - 2));
            if (Array.TrueForAll(SmallPrimes, prime => candidate % prime != 0) && IsPrime(candidate))
            {
                return candidate;
            }
        }
    }

    /// <summary>Miller and Rabin; four rounds are plenty for numbers of this size made at random.</summary>
    private static bool IsPrime(BigInteger candidate)
    {
        BigInteger odd = candidate - 1;
        int twos = 0;
        for (; odd.IsEven; odd >>= 1)
        {
            ++twos;
        }
        for (int round = 0; round < 4; ++round)
        {
            BigInteger power = BigInteger.ModPow(Below(candidate), odd, candidate);
            bool passes = power.IsOne || power == candidate - 1;
            for (int square = 1; square < twos && !passes; ++square)
            {
                power = power * power % candidate;
                passes = power == candidate - 1;
            }
            if (!passes)
            {
                return false;
            }
        }
        return true;
    }
}
