namespace Vtok.Models.Tests.Weights;

/// <summary>Small damages to a file's bytes, the same for the same generator.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] whole, Random random)
    {
        var bytes = new List<byte>(whole);
        for (int count = random.Next(1, 4); count > 0 && bytes.Count > 0; count--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, random.Next(bytes.Count - at) / 4 + 1); break;
                case 3: bytes.Insert(at, (byte)random.Next(256)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)))); break;
                default: bytes[at] = (byte)"0123456789{}[]\",:"[random.Next(17)]; break;
            }
        }
        return [.. bytes];
    }
}
