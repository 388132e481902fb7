using System.Security.Cryptography;
using System.Text;

namespace RetailOps.Platform;

/// <summary>
/// The one key under which all other keys lie encrypted in the database: 32 bytes, base64, from <c>RETAILOPS_KEY</c> or the file
/// <c>key</c> in the data folder. Whoever loses it signs in again; whoever leaks it changes it and deletes <c>platform.keys</c>.
/// </summary>
public sealed class RootKey
{
    private const int Length = 32;
    private const string FileName = "key";

    private readonly byte[] key;

    private RootKey(byte[] key) => this.key = key;

    /// <summary>Finds the key, or makes it where that is allowed.</summary>
    /// <param name="setting"><c>RETAILOPS_KEY</c>; null or empty to use the file.</param>
    /// <param name="dataFolder">Where the file is.</param>
    /// <param name="mayCreate">True in Demo: the first start makes the file, readable by its account only.</param>
    /// <exception cref="SetupException">There is none, or it is not 32 bytes in base64.</exception>
    public static RootKey Load(string? setting, string dataFolder, bool mayCreate)
    {
        if (!string.IsNullOrEmpty(setting))
        {
            return new(Parse(setting, "RETAILOPS_KEY"));
        }

        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            if (!mayCreate)
            {
                throw new SetupException($"There is no key: set RETAILOPS_KEY, or put one into {path} (make it with: openssl rand -base64 32).");
            }

            Directory.CreateDirectory(dataFolder);
            try
            {
                PrivateFile.Write(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length)) + "\n", overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another host of the same data folder was first.
            }
        }

        return new(Parse(File.ReadAllText(path), path));
    }

    /// <summary>Encrypts bytes that are kept in the database; every call gives another box.</summary>
    /// <param name="plain">What nobody reads without the key.</param>
    /// <param name="purpose">What it is for: the box opens for the same purpose only.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string purpose)
    {
        var box = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Parts(box);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.UTF8.GetBytes(purpose));
        return box;
    }

    /// <summary>What was sealed.</summary>
    /// <param name="box">As <see cref="Seal"/> gave it.</param>
    /// <param name="purpose">The same as then.</param>
    /// <exception cref="CryptographicException">It was sealed under another key or for another purpose, or was changed.</exception>
    public byte[] Open(byte[] box, string purpose)
    {
        if (box.Length < AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize)
        {
            throw new CryptographicException("This is no sealed box.");
        }

        var (nonce, tag, cipher) = Parts(box);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        aes.Decrypt(nonce, cipher, tag, plain, Encoding.UTF8.GetBytes(purpose));
        return plain;
    }

    internal string Encrypt(string text, string purpose) => Convert.ToBase64String(Seal(Encoding.UTF8.GetBytes(text), purpose));

    /// <exception cref="CryptographicException">It was encrypted under another key or for another purpose, or was changed.</exception>
    internal string Decrypt(string box, string purpose) => Encoding.UTF8.GetString(Open(Convert.FromBase64String(box), purpose));

    private static byte[] Parse(string text, string where)
    {
        var bytes = new byte[Length];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var written) && written == Length
            ? bytes
            : throw new SetupException($"The key in {where} is not {Length} bytes in base64 (make one with: openssl rand -base64 32).");
    }

    private static Box Parts(byte[] box)
    {
        var nonce = AesGcm.NonceByteSizes.MaxSize;
        var tag = AesGcm.TagByteSizes.MaxSize;
        return new(box.AsSpan(0, nonce), box.AsSpan(nonce, tag), box.AsSpan(nonce + tag));
    }

    private readonly ref struct Box(Span<byte> nonce, Span<byte> tag, Span<byte> cipher)
    {
        private readonly Span<byte> nonce = nonce;
        private readonly Span<byte> tag = tag;
        private readonly Span<byte> cipher = cipher;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> tag, out Span<byte> cipher)
        {
            nonce = this.nonce;
            tag = this.tag;
            cipher = this.cipher;
        }
    }
}
