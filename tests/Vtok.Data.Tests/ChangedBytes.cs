namespace Vtok.Data.Tests;

/// <summary>A data set with bytes changed at random: it is refused or read, and nothing else.</summary>
internal static class ChangedBytes
{
    private const int Rounds = 300, Changes = 3, Seed = 20261123;

    /// <summary>Opens the changed file and reads all of it, many times over.</summary>
    /// <param name="folder">Where the changed file is written.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">The whole data set.</param>
    /// <param name="open">Opens a file.</param>
    /// <returns>How often it was refused.</returns>
    public static int Refused(TemporaryFolder folder, string name, byte[] bytes, Func<string, ISampleSource> open)
    {
        Random random = new(Seed);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] changed = [.. bytes];
            for (int i = 0; i < Changes; i++)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            string file = folder.File(name, changed);
            try
            {
                using ISampleSource source = open(file);
                for (int i = 0; i < source.Count; i++)
                    source.Read(i);
            }
            catch (DatasetException)
            {
                refused++;
            }
        }
        return refused;
    }
}
