namespace Vtok.Streams;

/// <summary>Vocabulary sizes by position, as runs.</summary>
public sealed class ImageVocabulary
{
    /// <summary>Creates a vocabulary from its runs, in order of position.</summary>
    public ImageVocabulary(params IReadOnlyList<VocabularyRun> runs) => Runs = runs;

    /// <summary>The runs in order of position.</summary>
    public IReadOnlyList<VocabularyRun> Runs { get; }
}
