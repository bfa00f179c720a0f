namespace Vtok.Models.Quantizers;

/// <summary>How a codebook learns.</summary>
public enum CodebookLearning
{
    /// <summary>By the gradient of the codebook loss (VQ-VAE, arXiv 1711.00937, eq. 3).</summary>
    Gradient,

    /// <summary>As the moving average of the features assigned to each code (arXiv 1711.00937, appendix A.1); no codebook loss.</summary>
    MovingAverage,

    /// <summary>By gradient, and codes that are rarely used move onto a feature of the batch (CVQ-VAE, arXiv 2307.15139).</summary>
    Clustering,

    /// <summary>By the gradient of a mixture of all codes by distance, of which the value is the nearest code (soft-to-hard, arXiv 1704.00648); no codebook loss.</summary>
    Soft,
}
